"""Spoken commands: what was meant, what follows, what is said."""
