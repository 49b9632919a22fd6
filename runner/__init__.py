"""Where agents run: the protocol, the backends, the gateway and the program in the machine."""
