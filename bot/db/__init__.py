"""Storage: one module per table group; rows never leave it."""
