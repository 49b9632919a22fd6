"""Live streams: what is new is read once and written to everybody who watches."""
