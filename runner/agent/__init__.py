"""What runs inside the machine: the harness, the loop and the sandbox."""
