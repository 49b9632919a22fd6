"""A line with memory: what a run said, and the bundle that it handed over."""

import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from runner.agent.seams import Control
from runner.protocol import EventKind, Found, MessageFrame


class Line:
    """Implements `runner.agent.seams.Link`; *reactions* are called with every event."""

    def __init__(self, home: Path) -> None:
        self.control = Control()
        self.events: list[tuple[EventKind, dict[str, Any]]] = []
        self.bundle: Path | None = None
        self.reactions: list[Callable[[EventKind, dict[str, Any]], None]] = []
        self.found = Found(error="there is no index here")
        self.queries: list[tuple[str, int]] = []
        self._home = home
        self._messages = 0

    async def emit(self, kind: EventKind, data: dict[str, Any]) -> None:
        self.events.append((kind, data))
        for reaction in list(self.reactions):
            reaction(kind, data)

    async def clone_token(self) -> str:
        return ""

    async def search(self, query: str, k: int) -> Found:
        self.queries.append((query, k))
        return self.found

    async def upload_bundle(self, path: Path) -> str:
        self.bundle = self._home / "uploaded.bundle"
        return _copied(path, self.bundle)

    def of(self, kind: EventKind) -> list[dict[str, Any]]:
        return [data for each, data in self.events if each is kind]

    @property
    def phases(self) -> list[str]:
        return [data["phase"] for data in self.of(EventKind.PHASE)]

    @property
    def log(self) -> str:
        return "\n".join(data["text"] for data in self.of(EventKind.LOG))

    def say(self, text: str, author: str = "ada") -> None:
        self._messages += 1
        self.control.add_message(MessageFrame(id=self._messages, text=text, author=author))

    def when(self, kind: EventKind, then: Callable[[], None], **wanted: Any) -> None:
        """Call *then* once, at the first event of *kind* whose data holds *wanted*."""

        def reaction(each: EventKind, data: dict[str, Any]) -> None:
            if each is kind and wanted.items() <= data.items():
                self.reactions.remove(reaction)
                then()

        self.reactions.append(reaction)


def _copied(path: Path, target: Path) -> str:
    target.write_bytes(path.read_bytes())
    return hashlib.sha256(target.read_bytes()).hexdigest()


def git(folder: Path, *arguments: str) -> str:
    """Run git in *folder* without anybody's configuration."""
    environment = {
        "PATH": "/usr/bin:/bin:/usr/local/bin",
        "HOME": str(folder),
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.org",
    }
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def make_repository(folder: Path, files: dict[str, str]) -> Path:
    """Make a repository with one commit of *files* on main."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "Begin")
    return folder
