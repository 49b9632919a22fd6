"""What the gateway does beside each line: frames, searches, files."""
