"""Commands of `cadence` that have several words."""
