"""Stand-ins with real sockets for the services beyond the network."""
