"""A port for a program that is told its port and may be started on it again."""

import random
import socket

# Below what systems give to connections that go out (32768 and up): such a one could take the port
# while its program is away.
_FIRST, _LAST = 10_000, 32_000


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody has now."""
    choose = random.SystemRandom()
    while True:
        port = choose.randrange(_FIRST, _LAST)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
