"""What people read on GitHub: comments, pull requests and receipts, as pure text."""
