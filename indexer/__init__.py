"""The index of a repository: chunks, embeddings and search."""
