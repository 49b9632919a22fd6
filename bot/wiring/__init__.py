"""What the parts are made of, by the operator's settings."""
