"""Checks at boot, before a machine takes work: each is an attack that must fail.

Run as root. Every check runs as the runner's user; what the sandbox may do is less still, and is
tried once more by its own self-test before each run. Any check that fails ends the boot.
"""

import argparse
import json
import os
import pwd
import socket
import stat
import sys
from collections.abc import Callable
from pathlib import Path

TIMEOUT_S = 2.0
SIX_PN = ("fdaa::3", 53)  # Fly's own resolver: the private network answers there, on DNS only
METADATA = (("169.254.169.254", 80), ("fe80::a9fe:a9fe", 80))
Check = Callable[[], str]


def main() -> int:
    """Run all checks, write what they found, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--user", required=True)
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    found = {name: _as_user(chosen.user, check) for name, check in CHECKS.items()}
    chosen.out.write_text(json.dumps(found))
    for name, problem in found.items():
        sys.stderr.write(f"check {name}: {problem or 'good'}\n")
    if any(found.values()):
        sys.stderr.write("checks: refusing to take work\n")
        return 78
    return 0


def _as_user(user: str, check: Check) -> str:
    """Run *check* in a process of that user; a check that cannot be run has failed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            entry = pwd.getpwnam(user)
            os.setgroups([])
            os.setgid(entry.pw_gid)
            os.setuid(entry.pw_uid)
            words = check()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is no proof
            words = f"could not be checked: {type(error).__name__}"
        os.write(writing, words.encode()[:1_000])
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        words = pipe.read().decode()
    os.waitpid(child, 0)
    return words


def _not_root() -> str:
    return "the runner is root" if os.getuid() == 0 else ""


def _no_supervisor_memory() -> str:
    try:
        Path("/proc/1/environ").read_bytes()
    except PermissionError:
        return ""
    except OSError:
        return ""
    return "the first process's environment can be read"


def _no_signals() -> str:
    try:
        os.kill(1, 0)
    except PermissionError:
        return ""
    return "the first process can be signalled"


def _no_fly_socket() -> str:
    place = Path("/.fly")
    try:
        about = place.stat()
        list(place.iterdir())
    except (PermissionError, FileNotFoundError):
        return ""
    return f"/.fly can be read (mode {stat.S_IMODE(about.st_mode):o})"


def _no_metadata() -> str:
    for address in METADATA:
        if _reaches(address):
            return f"{address[0]} can be reached: set the firewall"
    return ""


def _no_private_network() -> str:
    for port in (22, 80, 443, 5432):
        if _reaches((SIX_PN[0], port)):
            return f"the private network can be reached on {port}: set the firewall"
    return ""


def _no_plain_ports() -> str:
    for port in (22, 25, 3306, 5432):
        if _reaches(("1.1.1.1", port)):
            return f"port {port} of the internet can be reached: set the firewall"
    return ""


def _user_namespaces() -> str:
    try:
        os.unshare(os.CLONE_NEWUSER)  # type: ignore[attr-defined,unused-ignore]  # Python 3.12
    except AttributeError:
        limit = Path("/proc/sys/user/max_user_namespaces")
        return "" if not limit.exists() or int(limit.read_text()) > 0 else "no user namespaces"
    except OSError:
        return "no user namespaces: sysctl user.max_user_namespaces=10000"
    return ""


def _reaches(address: tuple[str, int]) -> bool:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as line:
        line.settimeout(TIMEOUT_S)
        try:
            line.connect(address)
        except OSError:
            return False
        return True


CHECKS: dict[str, Check] = {
    "another user": _not_root,
    "no supervisor's environment": _no_supervisor_memory,
    "no signals to the supervisor": _no_signals,
    "no socket of Fly's": _no_fly_socket,
    "no metadata": _no_metadata,
    "no private network": _no_private_network,
    "no ports but 443 and 80": _no_plain_ports,
    "user namespaces": _user_namespaces,
}

if __name__ == "__main__":
    sys.exit(main())
