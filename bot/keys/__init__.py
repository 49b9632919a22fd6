"""Secrets at rest, tokens of people, and keys that change."""
