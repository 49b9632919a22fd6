"""The user of agents' commands, where it is not the runner's own: see ``deploy/entrypoint``.

The runner may become that user, and may read, write and end what is that user's; so its own code
does not differ. What it makes for the agent is handed over before the agent sees it.
"""

import os
import pwd
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_OPEN_FOLDER = 0o711  # may be passed through, not looked into


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentUser:
    """The numbers of a user and its group; *proxy* is the user of its way out, if not ours."""

    uid: int
    gid: int
    proxy: "AgentUser | None" = None

    def becoming(self) -> list[str]:
        """Return the words before a command line that make it this user's, without any right."""
        return [
            shutil.which("setpriv") or "setpriv",
            f"--reuid={self.uid}",
            f"--regid={self.gid}",
            "--clear-groups",
            "--inh-caps=-all",
            "--ambient-caps=-all",
            "--no-new-privs",
            "--",
        ]

    def hand_over(self, *places: Path) -> None:
        """Give *places* and all below them to this user; links are given, never followed.

        Call it before the agent can change anything there. What was private to the runner is as
        readable as usual afterwards: a project's tests may look.
        """
        for place in places:
            for path, is_link in _all(place):
                os.chown(path, self.uid, self.gid, follow_symlinks=False)
                if not is_link:
                    mode = stat.S_IMODE(path.lstat().st_mode)
                    owner = (mode & 0o500) >> 6
                    path.chmod(mode | owner | owner << 3)


def named(uid: str, proxy: str = "") -> AgentUser | None:
    """Return the user of that number, None for no number; raise `KeyError` for nobody's.

    *proxy* is the number of the user of its egress proxy.
    """
    if not uid:
        return None
    entry = pwd.getpwuid(int(uid))
    return AgentUser(uid=entry.pw_uid, gid=entry.pw_gid, proxy=named(proxy))


def let_pass(*folders: Path) -> None:
    """Let other users pass through *folders* to what is theirs below."""
    for folder in folders:
        folder.chmod(_OPEN_FOLDER)


def _all(place: Path) -> Iterator[tuple[Path, bool]]:
    yield place, False
    stack = [place]
    while stack:
        with os.scandir(stack.pop()) as entries:
            for entry in entries:
                yield Path(entry.path), entry.is_symlink()
                if entry.is_dir(follow_symlinks=False):
                    stack.append(Path(entry.path))
