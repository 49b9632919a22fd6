"""A machine's checkout: a shallow clone in which an agent's commits and bundles are made."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.domain import Agent, AgentId, AgentStatus, Requester, Source, Task
from runner.spec import Outcome, Person, Verification

BOT = Person(name="cadence[bot]", email="4242+cadence[bot]@users.noreply.github.com")
DANA = Requester(id=7, login="dana")
BRANCH = "cadence/7-fix-area"
FIX = {"widgets.py": "def area(width, height):\n    return width * height\n"}
PASSED = Verification(
    command="python -m pytest -q",
    outcome="passed",
    exit_code=0,
    seconds=1.4,
    output_tail="1 passed in 0.02s",
    baseline_outcome="failed",
    baseline_exit_code=1,
)

_ENV = {
    "PATH": f"{Path(shutil.which('git') or 'git').parent}:{os.defpath}",
    "HOME": "/nonexistent",
    "LC_ALL": "C.UTF-8",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def git(directory: Path, *arguments: str, stdin: str | None = None, **env: str) -> str:
    """Run git in *directory* and return its output."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=directory,
        env={**_ENV, **env},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


class Workshop:
    """One checkout of the bare repository at *origin*."""

    def __init__(
        self, path: Path, origin: Path, *, branch: str = BRANCH, base: str = "main"
    ) -> None:
        self.path = path
        self.branch = branch
        git(path.parent, "clone", "-q", "--depth=1", "-b", base, f"file://{origin}", str(path))
        git(path, "checkout", "-q", "-B", branch)
        self.base_sha = git(path, "rev-parse", "HEAD")

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Put files into the working tree."""
        for name, content in files.items():
            file = self.path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(
        self,
        files: Mapping[str, str | bytes],
        message: str = "Multiply instead of adding",
        *,
        author: Person = BOT,
    ) -> str:
        """Commit files as *author*; return the commit."""
        self.write(files)
        git(self.path, "add", "-A", "-f", ".")
        return self.commit_index(message, author=author)

    def commit_index(self, message: str = "Change", *, author: Person = BOT) -> str:
        """Commit what is staged."""
        git(
            self.path,
            *("-c", f"user.name={author.name}", "-c", f"user.email={author.email}"),
            *("commit", "-q", "--allow-empty", "-F", "-"),
            stdin=message,
        )
        return self.head

    @property
    def head(self) -> str:
        """The newest commit."""
        return git(self.path, "rev-parse", "HEAD")

    def bundle(self, *refs: str) -> Path:
        """Return a bundle of the work, as the runner makes it."""
        file = self.path.with_suffix(".bundle")
        names = refs or (self.branch,)
        git(self.path, "bundle", "create", "-q", str(file), f"^{self.base_sha}", *names)
        return file

    def outcome(self, bundle: Path, **changes: Any) -> Outcome:
        """Return what the runner says about the work."""
        words: dict[str, Any] = {
            "status": "completed",
            "kind": "change",
            "title": "Multiply width and height in area()",
            "summary": "`area` added its sides. It multiplies them now.",
            "verification": PASSED,
            "closes_issue": True,
            "base_sha": self.base_sha,
            "head_sha": self.head,
            "bundle_sha256": sha256(bundle),
            "files_changed": 1,
            "lines_added": 1,
            "lines_removed": 1,
            "steps": 6,
            "cost_usd": 0.42,
            "model": "claude-sonnet",
            "seconds": 95.0,
        }
        return Outcome(**{**words, **changes})


def sha256(file: Path) -> str:
    """Return the digest of a file in hex."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def agent_on(*, installation_id: int, repository_id: int, repository: str, **changes: Any) -> Agent:
    """Return an agent on issue 7 of a repository."""
    task = Task(
        installation_id=installation_id,
        repository_id=repository_id,
        repository=repository,
        instruction="fix this",
        source=Source.ISSUE_COMMENT,
        source_ref="comment:1",
        requester=DANA,
        issue=changes.pop("issue", 7),
        issue_title="area() is wrong",
        comment_id=changes.pop("comment_id", 1),
    )
    known: dict[str, Any] = {
        "id": AgentId("5f0c7a52-0000-4000-8000-000000000001"),
        "number": 1,
        "task": task,
        "status": AgentStatus.RUNNING,
        "branch": BRANCH,
    }
    return Agent(**{**known, **changes})


def heads(refs: Mapping[str, str], prefix: str = "cadence/") -> Sequence[str]:
    """Return the names of branches that start with *prefix*."""
    names = (ref.removeprefix("refs/heads/") for ref in refs if ref.startswith("refs/heads/"))
    return sorted(name for name in names if name.startswith(prefix))
