"""The images' steps, run for real where there is no Docker engine."""
