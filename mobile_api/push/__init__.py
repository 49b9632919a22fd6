"""Web push: devices, keys, and what is worth waking somebody for."""
