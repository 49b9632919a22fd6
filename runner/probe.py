"""What must not work in a cage, tried from inside it; prints the names of what is wrong.

Run by path with ``python -I -S PORT FILE PROXY_PORT``: *PORT* is a listener on the host's loopback,
*FILE* one of the runner's own files. Standard library only; see `runner.agent.selftest`.
"""

import contextlib
import os
import socket
import sys

CANARY = b"CADENCE_CANARY="
_TIMEOUT_S = 1.0
_PATIENCE_S = 15.0
SILENT = "no answer of the egress proxy"
_DENIED_NAMES = ("denied.invalid:443", "127.0.0.1:443", "169.254.169.254:443")
_DENIED_ADDRESSES = (("192.0.2.1", 443), ("169.254.169.254", 80), ("1.1.1.1", 443))
_FOREIGN_PLACES = ("/", "/usr", "/etc", "/run", "/run/cadence/lib/runner", "/home")


def answers(proxy_port: int) -> list[bytes]:
    """What the proxy says to names that nobody allowed: one answer each, empty when there is none.

    It is waited for longer than an address: on a busy machine it is slow, and no hole for that.
    """
    return [_answer(name, proxy_port) for name in _DENIED_NAMES]


def _answer(name: str, proxy_port: int) -> bytes:
    try:
        with socket.create_connection(("127.0.0.1", proxy_port), _PATIENCE_S) as proxy:
            proxy.sendall(f"CONNECT {name} HTTP/1.1\r\nHost: {name}\r\n\r\n".encode())
            return proxy.recv(64)
    except OSError:
        return b""


def denied_host(said: list[bytes]) -> bool:
    """Whether the proxy lets a name through that nobody allowed."""
    return any(answer and not answer.startswith(b"HTTP/1.1 403 ") for answer in said)


def denied_address() -> bool:
    """Whether any address is reached without the proxy."""
    return any(_connects(address) for address in _DENIED_ADDRESSES)


def dns() -> bool:
    """Whether a datagram leaves towards a name server."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        try:
            sender.sendto(b"\0" * 12, ("8.8.8.8", 53))
        except OSError:
            return False
    return True


def host_loopback(port: int) -> bool:
    """Whether a listener on the host's loopback is reached."""
    return _connects(("127.0.0.1", port))


def _connects(address: tuple[str, int]) -> bool:
    try:
        with socket.create_connection(address, _TIMEOUT_S):
            return True
    except OSError:
        return False


def environment() -> bool:
    """Whether the environment of a process outside can be read."""
    for name in os.listdir("/proc"):  # noqa: PTH208 - pathlib doubles the start-up time
        if name.isdigit():
            with contextlib.suppress(OSError), open(f"/proc/{name}/environ", "rb") as text:  # noqa: PTH123
                if CANARY in text.read():
                    return True
    return False


def file_outside(path: str) -> bool:
    """Whether a file of the runner is seen."""
    try:
        with open(path, "rb"):  # noqa: PTH123 - pathlib doubles the start-up time
            return True
    except OSError:
        return False


def write_outside() -> bool:
    """Whether anything outside workspace, home and temporary folders takes a file."""
    for place in _FOREIGN_PLACES:
        with contextlib.suppress(OSError), open(f"{place}/cadence-probe", "xb"):  # noqa: PTH123
            return True
    return False


def user_namespace() -> bool:
    """Whether a new user namespace, and with it every capability, can be had."""
    import ctypes

    clone_new_user = 0x10000000
    return bool(ctypes.CDLL(None).unshare(clone_new_user) == 0)


def main(port: str, path: str, proxy_port: str) -> None:
    """Try everything; print what is wrong, one name a line, then ``done``."""
    said = answers(int(proxy_port))
    tried = {
        SILENT: not all(said),
        "denied host": denied_host(said),
        "denied address": denied_address(),
        "DNS": dns(),
        "loopback of the host": host_loopback(int(port)),
        "environment of the runner": environment(),
        "file of the runner": file_outside(path),
        "write outside the workspace": write_outside(),
        "new user namespace": user_namespace(),
    }
    lines = [name for name, worked in tried.items() if worked]
    sys.stdout.write("\n".join([*lines, "done"]))


if __name__ == "__main__":
    main(*sys.argv[1:])
