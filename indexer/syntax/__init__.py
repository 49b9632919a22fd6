"""Syntax trees, what they define, and what a file consists of."""
