"""What ``indexer.embed`` is made of: requests, patience, batches, costs."""
