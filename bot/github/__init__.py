"""Speak with GitHub: authentication, a client that retries, and the verbs that we use."""
