"""Places that can run an agent."""
