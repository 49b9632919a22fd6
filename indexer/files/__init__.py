"""Which files of a repository are read, and from where."""
