"""Checks at boot, before a machine takes work: each is an attack that must fail.

Run as root. Some are tried as the runner's user, some as the proxy's and some as the agents': who
they are is whoever finds a hole in the proxy, or breaks out of the sandbox. What runs inside it may
do less still, and is tried by its own self-test before each run. A place counts as out of reach
only when this machine itself forbids the way there: nobody answering is no proof. Any check that
fails ends the boot.
"""

import argparse
import ctypes
import errno
import json
import os
import pwd
import select
import signal
import socket
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# A forbidden SYN over IPv6 fails when it is sent again, after a second; all are sent at once.
TIMEOUT_S = 2.5
CLONE_NEWUSER = 0x10000000
METADATA = "169.254.169.254"
METADATA_6 = "fe80::a9fe:a9fe"
RESOLVER = "fdaa::3"  # Fly's own: the private network answers there, on DNS only
PRIVATE = ("10.0.0.1", "172.19.0.1", "192.168.0.1", RESOLVER)
PUBLIC = ("1.1.1.1", "2606:4700:4700::1111")
# At once: the firewall's word, or no way. Later: the firewall's only; a router may say others.
_CLOSED = {
    *(errno.EHOSTUNREACH, errno.EACCES, errno.EPERM, errno.ENETUNREACH),
    *(errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT),
}
_FORBIDDEN = {socket.AF_INET: errno.EHOSTUNREACH, socket.AF_INET6: errno.EACCES}
Place = tuple[str | int, ...]
Check = Callable[[], str]


def main() -> int:
    """Run all checks, write what they found, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    for user in ("--runner", "--agent", "--proxy"):
        parser.add_argument(user, required=True)
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    with _at_work(chosen.runner) as pid, _at_work(chosen.proxy) as proxy_pid:
        of_each = (
            (chosen.runner, OF_RUNNER),
            (chosen.proxy, of_proxy(chosen.runner, pid)),
            (chosen.agent, of_agent(chosen.runner, pid, proxy_pid)),
        )
        begun = {name: _begun(user, one) for user, all_ in of_each for name, one in all_.items()}
        found = {name: _said(pipe) for name, pipe in begun.items()}
    chosen.out.write_text(json.dumps(found))
    for name, problem in found.items():
        sys.stderr.write(f"check {name}: {problem or 'good'}\n")
    if any(found.values()):
        sys.stderr.write("checks: refusing to take work\n")
        return 78
    return 0


def _begun(user: str, check: Check) -> int:
    """Begin *check* in a process of that user; return where it says what it found."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.close(reading)
        try:
            _become(user)
            words = check()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is no proof
            words = f"could not be checked: {type(error).__name__}: {error}"
        os.write(writing, b"=" + words.encode()[:1_000])
        os._exit(0)
    os.close(writing)
    return reading


def _said(reading: int) -> str:
    """Return what a check found; one that could not be run has failed."""
    with os.fdopen(reading, "rb") as pipe:
        words = pipe.read().decode()
    return words[1:] if words else "could not be checked: it ended without a word"


def _become(user: str) -> None:
    entry = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


@contextmanager
def _at_work(user: str) -> Iterator[int]:
    """Keep a process of *user* with something to steal; yield its number."""
    reading, writing = os.pipe()  # closed by exec: then it is what it will be
    pid = os.fork()
    if pid == 0:
        try:
            _become(user)
            os.execve("/bin/sleep", ["sleep", "300"], {"A": "canary"})  # noqa: S606 - no shell
        finally:
            os._exit(1)
    os.close(writing)
    os.read(reading, 1)
    os.close(reading)
    try:
        yield pid
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _not_root() -> str:
    return "the runner is root" if os.getuid() == 0 else ""


def _no_supervisor() -> str:
    return _held_off(1, "the first process")


def _held_off(pid: int, whose: str) -> str:
    """Say what this user can do to a process that it should not touch."""
    with suppress(PermissionError):
        os.kill(pid, 0)
        return f"{whose} can be signalled"
    for name in ("environ", "mem", "maps", "fd/0"):
        with suppress(PermissionError, FileNotFoundError):
            Path(f"/proc/{pid}/{name}").open("rb").close()
            return f"{whose}'s {name} can be read"
    return ""


def _no_fly_socket() -> str:
    """Fail when the folder can be read, and when it can be passed through to a name we know."""
    folder = Path("/.fly")
    with suppress(PermissionError, FileNotFoundError):
        list(folder.iterdir())
        return f"/.fly can be read (mode {stat.S_IMODE(folder.stat().st_mode):o})"
    with suppress(PermissionError, FileNotFoundError):
        (folder / "api").stat()
        return "/.fly/api can be reached"
    return ""


def _no_metadata() -> str:
    return _first_reached([METADATA, METADATA_6], (80, 443))


def _no_private_network() -> str:
    return _first_reached([*PRIVATE, *_neighbours()], (22, 80, 443, 5432))


def _no_plain_ports() -> str:
    return _first_reached(PUBLIC, (22, 25, 53, 3306, 5432))


def _user_namespaces() -> str:
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER) == 0:
        return ""
    why = os.strerror(ctypes.get_errno())
    return f"no user namespaces ({why}): sysctl user.max_user_namespaces=10000"


def _neighbours() -> list[str]:
    """Return addresses next to our own in the private network of Fly."""
    try:
        rows = Path("/proc/net/if_inet6").read_text().split()[::6]
    except OSError:
        return []
    own = [bytes.fromhex(row) for row in rows if row.startswith("fdaa")]
    return [socket.inet_ntop(socket.AF_INET6, one[:-1] + bytes([one[-1] ^ 1])) for one in own]


def _first_reached(addresses: "list[str] | tuple[str, ...]", ports: tuple[int, ...]) -> str:
    """Name a way that is open: one that nothing on this machine keeps us from."""
    ways = [(address, port) for address in addresses for port in ports]
    found = next((way for way in ways if _takes_datagrams(*way)), None) or _first_dialled(ways)
    return f"the way to {found[0]} on {found[1]} is open: set the firewall" if found else ""


def _takes_datagrams(address: str, port: int) -> bool:
    """Whether a datagram leaves; the firewall's word comes at once."""
    return any(_error_of_datagram(place) not in _CLOSED for place in _places(address, port))


def _error_of_datagram(place: Place) -> int:
    with socket.socket(_family(place), socket.SOCK_DGRAM) as line:
        try:
            line.sendto(b"?", place)
        except OSError as error:
            return error.errno or errno.EIO
    return 0


def _first_dialled(ways: list[tuple[str, int]]) -> tuple[str, int] | None:
    """Return the first way on which anything but the firewall answers, or nobody."""
    lines = {line: way for way in ways for line in _dialled(*way)}
    until = time.monotonic() + TIMEOUT_S
    undecided = set(lines)
    while undecided:
        wait_s = until - time.monotonic()
        decided = set(select.select([], undecided, [], wait_s)[1]) if wait_s > 0 else undecided
        for line in [line for line in lines if line in decided]:
            error = line.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if error != _FORBIDDEN[line.family]:
                return lines[line]
        undecided -= decided
    return None


def _dialled(address: str, port: int) -> Iterator[socket.socket]:
    """Dial *address*, without waiting; none where the way is closed at once.

    Of a link-local address the firewall's word does not come back over TCP: see the datagrams.
    """
    for place in [] if address.startswith("fe80:") else _places(address, port):
        line = socket.socket(_family(place), socket.SOCK_STREAM)
        line.setblocking(False)
        if line.connect_ex(place) not in _CLOSED:
            yield line


def _places(address: str, port: int) -> list[Place]:
    if not address.startswith("fe80:"):
        return [(address, port)]
    return [(address, port, 0, number) for number, name in socket.if_nameindex() if name != "lo"]


def _family(place: Place) -> int:
    return socket.AF_INET6 if ":" in str(place[0]) else socket.AF_INET


OF_RUNNER: dict[str, Check] = {
    "another user": _not_root,
    "no way to the supervisor": _no_supervisor,
    "no socket of Fly's": _no_fly_socket,
    "no metadata": _no_metadata,
    "no private network": _no_private_network,
    "no ports but 443 and 80": _no_plain_ports,
}


def _is_not(runner: str, whose: str) -> str:
    taken = (0, pwd.getpwnam(runner).pw_uid)
    return f"{whose} has the runner's user" if os.getuid() in taken else ""


def _no_home(runner: str) -> str:
    home = Path(pwd.getpwnam(runner).pw_dir)
    with suppress(PermissionError, FileNotFoundError):
        list(home.iterdir())
        return f"{home} can be read"
    return ""


def of_proxy(runner: str, pid: int) -> dict[str, Check]:
    """Return what is tried as the proxy's user; *pid* is a process of the runner's."""

    def no_other_ways() -> str:
        here = _first_reached(("127.0.0.1",), (1, 443))
        return here or _first_reached(PUBLIC, (22, 25, 53, 80, 3306, 5432))

    return {
        "proxy has a user of its own": lambda: _is_not(runner, "the proxy"),
        "proxy: no way to the runner": lambda: _held_off(pid, "the runner"),
        "proxy: no home of the runner": lambda: _no_home(runner),
        "proxy: no socket of Fly's": _no_fly_socket,
        "proxy: no metadata": _no_metadata,
        "proxy: no private network": _no_private_network,
        "proxy: no ports but 443": no_other_ways,
    }


def of_agent(runner: str, pid: int, proxy_pid: int) -> dict[str, Check]:
    """Return what is tried as the agents' user; the numbers are those of others' processes."""

    def no_network() -> str:
        here = _first_reached(("127.0.0.1",), (1, 443))
        return here or _first_reached((*PUBLIC, *PRIVATE, METADATA), (443, 53, 80))

    return {
        "agents have a user of their own": lambda: _is_not(runner, "an agent"),
        "agents: no way to the runner": lambda: _held_off(pid, "the runner"),
        "agents: no way to the proxy": lambda: _held_off(proxy_pid, "the proxy"),
        "agents: no home of the runner": lambda: _no_home(runner),
        "agents: no socket of Fly's": _no_fly_socket,
        "agents: no network": no_network,
        "agents: user namespaces": _user_namespaces,
    }


if __name__ == "__main__":
    sys.exit(main())
