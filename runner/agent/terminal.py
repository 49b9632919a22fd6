"""A run without GitHub: an agent on a local clone, watched in the terminal (``cadence run``)."""

import asyncio
import contextlib
import hashlib
import json
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TextIO

from rich.console import Console
from rich.text import Text

from runner.agent.git import GitFailed, environment, git
from runner.agent.harness import Conditions, run
from runner.agent.sanitize import clean
from runner.agent.seams import Control, RunFailed
from runner.egress.registry import open_registries
from runner.protocol import EventKind, Found, MessageFrame
from runner.spec import Budget, ModelSpec, Outcome, Person, RunSpec

AUTHOR = Person(name="cadence[bot]", email="cadence[bot]@users.noreply.github.com")
_LINE = 110
_ANSWER_S = 600.0
_MARKS = {"passed": "[ok]", "none": "[--]"}


class TerminalLink:
    """Implements `runner.agent.seams.Link`: prints what happens, keeps the bundle.

    Lines typed while it runs are messages to the agent.
    """

    def __init__(self, bundle: Path, *, as_json: bool, out: TextIO) -> None:
        self.control = Control()
        self._bundle = bundle
        self._as_json = as_json
        self._out = out
        self._console = Console(file=out, highlight=False, soft_wrap=True)
        self._typed = 0

    async def emit(self, kind: EventKind, data: dict[str, Any]) -> None:
        """Print one event."""
        if self._as_json:
            self.write(kind.value, data)
            return
        text = _line(kind, data)
        if text:
            style = "red" if data.get("isError") or data.get("level") == "warning" else _style(kind)
            self._console.print(Text(text, style=style))

    def write(self, kind: str, data: dict[str, Any]) -> None:
        """Print one JSON line."""
        line = {"at": datetime.now(UTC).isoformat(), "kind": kind, "data": data}
        self._out.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._out.flush()

    async def clone_token(self) -> str:
        """Return no token: the repository is a folder."""
        return ""

    async def search(self, query: str, k: int) -> Found:
        """Find nothing: the index belongs to a coordinator."""
        return Found(error="there is no index here")

    async def upload_bundle(self, path: Path) -> str:
        """Leave the bundle where the caller wants it."""
        return await asyncio.to_thread(_keep, path, self._bundle)

    def typed(self, line: str) -> None:
        """Take a typed line as a message to the agent."""
        if line.strip():
            self._typed += 1
            frame = MessageFrame(id=self._typed, text=line.strip(), author="you")
            self.control.add_message(frame)


def _keep(path: Path, target: Path) -> str:
    shutil.copyfile(path, target)
    return hashlib.sha256(target.read_bytes()).hexdigest()


def _style(kind: EventKind) -> str:
    return {
        EventKind.PHASE: "bold cyan",
        EventKind.TEXT: "",
        EventKind.QUESTION: "bold yellow",
        EventKind.COMMIT: "green",
    }.get(kind, "dim" if kind in (EventKind.TOOL_CALL, EventKind.USAGE, EventKind.LOG) else "")


def _line(kind: EventKind, data: dict[str, Any]) -> str:
    """Return what to print for one event, empty for nothing."""
    match kind:
        case EventKind.PHASE:
            return f"== {data['phase']}"
        case EventKind.PLAN:
            marks = [("x" if item["done"] else " ", _short(item["text"])) for item in data["items"]]
            return "\n".join(f"  [{mark}] {text}" for mark, text in marks)
        case EventKind.TEXT:
            return clean(data["text"])
        case EventKind.TOOL_CALL:
            return f"  > {_short(data['name'])} {_short(_gist(data['input']))}"
        case EventKind.TOOL_RESULT:
            return f"    {_short(data['output'].strip())}" if data["isError"] else ""
        case EventKind.USAGE:
            return f"    step {data['step']}, ${data['totalCostUsd']:.4f}"
        case _:
            return _rarer_line(kind, data)


def _rarer_line(kind: EventKind, data: dict[str, Any]) -> str:
    match kind:
        case EventKind.COMMIT:
            return f"commit {data['sha'][:10]} {_short(data['subject'])}"
        case EventKind.VERIFICATION:
            if not data["command"]:
                return ""
            mark = _MARKS.get(data["outcome"], "[!!]")
            ended = f"exit code {data['exitCode']}, {data['seconds']:.1f} s"
            return f"{mark} {data['stage']}: {_short(data['command'])} {data['outcome']} ({ended})"
        case EventKind.QUESTION:
            return f"?? {clean(data['text'])} (type the answer and press return)"
        case EventKind.LOG:
            return f"-- {clean(data['text'])}"
        case _:
            return ""


def _short(text: str) -> str:
    line = " ".join(clean(text).split())
    return line if len(line) <= _LINE else f"{line[: _LINE - 3]}..."


def _gist(arguments: dict[str, Any]) -> str:
    for name in ("command", "file_path", "pattern", "query", "title", "question"):
        if arguments.get(name):
            return str(arguments[name])
    return ", ".join(arguments)


async def run_locally(
    repo: Path,
    task: str,
    *,
    model: ModelSpec,
    budget: Budget,
    sandbox: Literal["bubblewrap", "none"],
    as_json: bool,
    bundle: Path,
    branch: str = "",
    requester: Person | None = None,
    out: TextIO | None = None,
) -> Outcome:
    """Run an agent on a clone of *repo*'s current branch; the repository itself is not touched.

    When `Outcome.bundle_sha256` is not empty, the work lies in the file *bundle* as branch
    *branch* (``cadence/<slug of the task>`` by default); *requester* is its co-author (by default
    who the repository's own configuration names, if any). Raises `RunFailed` when *repo* cannot be
    worked on. With *as_json* the last line is ``{"kind": "result", "data": {...}}``.
    """
    spec = await local_spec(
        repo, task, model=model, budget=budget, sandbox=sandbox, branch=branch or branch_for(task)
    )
    if requester is not None:
        spec = spec.model_copy(update={"co_author": requester, "requester": requester.name})
    link = TerminalLink(bundle, as_json=as_json, out=out or sys.stdout)
    root = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="cadence-run-"))
    try:
        with _listening(link) as hears:
            async with open_registries() as registries:
                conditions = Conditions(
                    allow_file=True, registries=registries, ask_wait_s=_ANSWER_S if hears else 0.0
                )
                outcome = await run(spec, link, root=root, conditions=conditions)
    finally:
        await asyncio.to_thread(shutil.rmtree, root, ignore_errors=True)
    if as_json:
        link.write("result", outcome.model_dump(mode="json", by_alias=True))
    return outcome


async def local_spec(
    repo: Path,
    task: str,
    *,
    model: ModelSpec,
    budget: Budget,
    sandbox: Literal["bubblewrap", "none"],
    branch: str,
) -> RunSpec:
    """Return what to run for the current branch of the repository in the folder *repo*."""
    folder = await asyncio.to_thread(repo.resolve)
    base = await _ask(folder, "symbolic-ref", "--quiet", "--short", "HEAD")
    if not base:
        raise RunFailed(f"{repo} is not a git repository with a branch checked out.")
    if not await _ask(folder, "rev-parse", "--verify", "--quiet", f"refs/heads/{base}"):
        raise RunFailed(f"{repo} has no commit yet.")
    top = await _ask(folder, "rev-parse", "--show-toplevel") or str(folder)
    name, email = [await _ask(folder, "config", f"user.{key}") for key in ("name", "email")]
    return RunSpec(
        run_id="local",
        agent_id="local",
        number=1,
        repository=f"local/{Path(top).name}",
        clone_url=top,
        base=base,
        branch=branch,
        instruction=task,
        requester=name or "you",
        author=AUTHOR,
        co_author=Person(name=name, email=email) if name and email else None,
        model=model,
        budget=budget,
        sandbox=sandbox,
    )


def branch_for(task: str) -> str:
    """Return ``cadence/<slug>`` for *task*."""
    words = re.sub(r"[^a-z0-9]+", "-", task.lower()).strip("-")
    return f"cadence/{words[:40].strip('-') or 'task'}"


async def _ask(folder: Path, *arguments: str) -> str:
    try:
        return (await git(*arguments, env=environment({}), cwd=folder)).strip()
    except GitFailed:
        return ""


@contextlib.contextmanager
def _listening(link: TerminalLink) -> Iterator[bool]:
    """Take Ctrl-C as a stop that keeps the work, and typed lines as messages."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        loop.remove_signal_handler(signal.SIGINT)  # the second one ends it at once
        link.control.cancel("Stopped from the terminal.")

    with contextlib.suppress(ValueError, RuntimeError):  # not in the main thread
        loop.add_signal_handler(signal.SIGINT, stop)
    hears = sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty()
    if hears:
        loop.add_reader(sys.stdin.fileno(), lambda: link.typed(sys.stdin.readline()))
    try:
        yield hears
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        if hears:
            loop.remove_reader(sys.stdin.fileno())
