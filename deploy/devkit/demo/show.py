"""What the demo prints: progress as it happens, then the pull request as a reviewer sees it."""

import asyncio
import json
from typing import Any

import aiohttp
from rich.console import Console, Group
from rich.live import Live
from rich.markdown import Markdown
from rich.panel import Panel
from rich.rule import Rule
from rich.segment import Segment, Segments
from rich.spinner import Spinner
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from deploy.devkit.demo.stage import Stage

_LABELS = {
    "eyes": "👀 on the comment",
    "comment": "status comment",
    "model": "first model request",
    "pull": "pull request",
    "done": "done",
}


class Progress:
    """The lines that stay and the plan that changes below them."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._state: dict[str, Any] = {}
        self._phase = ""

    def event(self, kind: str, data: dict[str, Any]) -> None:
        """Print one event of the agent as one line."""
        if kind == "phase":
            if data["phase"] == self._phase:
                return
            self._phase = data["phase"]
        line = _line(kind, data)
        if line is not None:
            self._console.print(line, overflow="ellipsis", no_wrap=True)

    def state(self, state: dict[str, Any]) -> None:
        """Take over the agent as it is now."""
        self._state = state

    def __rich__(self) -> Group:
        state = self._state
        head = Text(f" {state.get('phase', 'queued')}", style="bold cyan")
        head.append(f"  {state.get('progress', 0)} %   ${state.get('costUsd', 0):.4f}", style="dim")
        table = Table.grid(padding=(0, 1))
        table.add_row(Spinner("dots"), head)
        items = [
            Text(
                f"   {'✓' if item['done'] else '○'} {item['text']}",
                style="dim" if item["done"] else "",
            )
            for item in state.get("plan", [])
        ]
        return Group(table, *items)


async def follow(stage: Stage, agent_id: str, console: Console) -> dict[str, Any]:
    """Show the agent's events until it is over; return it as it is then."""
    progress = Progress(console)
    state: dict[str, Any] = {}
    timeout = aiohttp.ClientTimeout(total=None)
    url = f"{stage.coordinator}/agents/{agent_id}/stream"
    async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as answer:
        with Live(progress, console=console, refresh_per_second=8, transient=True):
            name = "message"
            async for raw in answer.content:
                text = raw.decode().rstrip("\n")
                if text.startswith("event: "):
                    name = text.removeprefix("event: ")
                elif text.startswith("data: "):
                    body = json.loads(text.removeprefix("data: "))
                    if name == "state":
                        state = body
                        progress.state(body)
                    elif name == "message":
                        progress.event(body["kind"], body["data"])
                    name = "message"
    return state


async def result(stage: Stage, state: dict[str, Any], console: Console) -> None:
    """Print the pull request's text and diff, the timings, and where to look."""
    pulls = stage.github.pulls(stage.repository)
    if not pulls:
        reason = state.get("reason") or "the agent changed nothing"
        console.print(Panel(reason, title=f"no pull request: {state.get('status')}", style="red"))
        return
    pull = pulls[0]
    url = f"{stage.github.url}/{stage.repository}/pull/{pull.number}"
    draft = " (draft)" if pull.draft else ""
    console.print(Rule(f"Pull request #{pull.number}{draft}"))
    console.print(Text(pull.title, style="bold"))
    _print_tightly(console, Markdown(pull.body or ""))
    console.print()
    async with aiohttp.ClientSession() as session, session.get(f"{url}.diff") as answer:
        if answer.status == 200:
            diff = await answer.text()
            console.print(Syntax(diff, "diff", theme="ansi_dark", background_color="default"))
    console.print(Rule("Timings, from the comment on"))
    table = Table.grid(padding=(0, 3))
    for name, label in _LABELS.items():
        if name in stage.times:
            table.add_row(label, f"{stage.times[name]:.2f} s")
    console.print(table)
    console.print(f"\nLook at it: [link={url}]{url}[/link]")


def _print_tightly(console: Console, what: Markdown) -> None:
    """Print *what* with one empty line at most between two others: HTML in it leaves many."""
    before = True
    for line in console.render_lines(what, pad=False):
        is_empty = not any(segment.text.strip() for segment in line)
        if not (is_empty and before):
            console.print(Segments([*line, Segment.line()]), end="")
        before = is_empty


async def watch_times(stage: Stage, number: int, comment_id: int) -> None:
    """Note when each thing that a person would notice is there."""
    github, name = stage.github, stage.repository
    while True:
        if github.reactions(name, number, comment_id=comment_id):
            stage.mark("eyes")
        if any(c.body.startswith("<!-- cadence:agent:") for c in github.comments(name, number)):
            stage.mark("comment")
        if stage.llm is not None and stage.llm.requests:
            stage.mark("model")
        if github.pulls(name):
            stage.mark("pull")
        await asyncio.sleep(0.01)


def _line(kind: str, data: dict[str, Any]) -> Text | None:
    if kind == "phase":
        return Text(f"▸ {data['phase']}", style="bold cyan")
    if kind == "text" and data.get("text"):
        return Text(f"  {data['text']}")
    if kind == "tool_call" and data["name"] not in {"update_plan", "finish"}:
        given = data.get("input", {})
        main = given.get("command") or given.get("pattern") or given.get("file_path") or ""
        return Text.assemble("  ", (data["name"], "bold"), f" {' '.join(str(main).split())}")
    if kind == "tool_result" and data.get("isError"):
        return Text(f"    failed: {str(data.get('output', ''))[:200]}", style="red")
    if kind == "verification":
        style = "green" if data["outcome"] == "passed" else "yellow"
        words = f"  {data.get('stage', 'verify')}: {data['outcome']}"
        return Text(f"{words} (exit {data.get('exitCode')})  {data.get('command')}", style=style)
    if kind == "commit":
        return Text(f"  committed {data['sha'][:10]} {data['subject']}")
    return Text(f"  {data['text']}", style="dim") if kind == "log" else None
