"""Become the runner: ``become.py --runner USER --agent USER --proxy USER -- PROGRAM...``, as root.

The runner is an ordinary user, in a user namespace that holds these three users and nobody else.
There it may become the others, write to and end what is theirs; none of that reaches anybody
outside: not root, no file of root's, neither network nor firewall. Agents' commands run as the
agents' user, so whoever breaks out of the sandbox is not the runner and has no network; what they
send goes through a proxy that is the third, so a hole in that leads to none of the runner's keys.
"""

import argparse
import ctypes
import os
import pwd
import sys
from pathlib import Path
from typing import NoReturn

CLONE_NEWUSER = 0x10000000
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 24, 38, 47, 2
CAPABILITY_VERSION_3 = 0x20080522
LAST_CAPABILITY = Path("/proc/sys/kernel/cap_last_cap")
# CHOWN, DAC_OVERRIDE, FOWNER, KILL, SETGID, SETUID: over the three users.
KEPT = (0, 1, 3, 5, 6, 7)
_library = ctypes.CDLL(None, use_errno=True)


def main() -> NoReturn:
    """Enter the namespace, become the runner's user, and be the program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runner", required=True)
    parser.add_argument("--agent", required=True)
    parser.add_argument("--proxy", required=True)
    parser.add_argument("program", nargs="+")
    chosen = parser.parse_args()
    users = [pwd.getpwnam(name) for name in (chosen.runner, chosen.agent, chosen.proxy)]
    runner = users[0]
    uids, gids = tuple(one.pw_uid for one in users), tuple(one.pw_gid for one in users)
    if len({0, *uids}) < 4 or len({0, *gids}) < 4:
        sys.exit("become: root, runner, agents and proxy must be four different users")
    _enter(uids=uids, gids=gids)
    os.setgroups([])
    os.setresgid(runner.pw_gid, runner.pw_gid, runner.pw_gid)
    os.setresuid(runner.pw_uid, runner.pw_uid, runner.pw_uid)
    _keep_capabilities()
    os.execvp(chosen.program[0], chosen.program)  # noqa: S606 - our own program, no shell


def _enter(*, uids: tuple[int, ...], gids: tuple[int, ...]) -> None:
    """Go into a new user namespace; only somebody outside may say who is in it."""
    entered, told = os.pipe(), os.pipe()
    process, helper = os.getpid(), os.fork()
    if helper == 0:
        code = 1
        try:
            os.close(entered[1])
            if os.read(entered[0], 1):
                _write(f"/proc/{process}/uid_map", uids)
                _write(f"/proc/{process}/gid_map", gids)
                os.write(told[1], b"1")
                code = 0
        finally:
            os._exit(code)
    os.close(told[1])
    _must(_library.unshare(CLONE_NEWUSER), "no user namespace")
    os.write(entered[1], b"1")
    is_told = os.read(told[0], 1)
    os.waitpid(helper, 0)
    for end in (*entered, told[0]):
        os.close(end)
    if not is_told:
        sys.exit("become: the namespace's users could not be set")


def _write(path: str, ids: tuple[int, ...]) -> None:
    Path(path).write_text("".join(f"{one} {one} 1\n" for one in ids))


def _keep_capabilities() -> None:
    """Keep a few over the namespace, for the programs that are started, too; none can come back."""
    for number in range(int(LAST_CAPABILITY.read_text()) + 1):
        if number not in KEPT:
            _must(_library.prctl(PR_CAPBSET_DROP, number, 0, 0, 0), "a capability stays")
    mask = sum(1 << number for number in KEPT)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)  # effective, permitted, inheritable
    _must(_library.capset(header, sets), "capabilities cannot be set")
    for number in KEPT:
        _must(_library.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0), "none is kept")
    _must(_library.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "privileges could come back")


def _must(code: int, words: str) -> None:
    if code != 0:
        sys.exit(f"become: {words}: {os.strerror(ctypes.get_errno())}")


if __name__ == "__main__":
    main()
