"""``make demo``: from a mention to a pull request, watched in the terminal."""

import argparse
import asyncio
import contextlib
import re
import shutil
import sys
from pathlib import Path

from rich.console import Console
from rich.panel import Panel

from bot.errors import CadenceError
from bot.log import configure
from bot.settings import Settings, load
from deploy.devkit.demo import project, show
from deploy.devkit.demo.stage import PERSON, Stage, stage

FOLDER = Path(".demo")
_MARKER = re.compile(r"<!-- cadence:agent:([0-9a-f-]{36}) -->")


async def play(settings: Settings, repo: Path | None, task: str, console: Console) -> int:
    """Play the demo; return the exit code."""
    folder = await asyncio.to_thread(_fresh, FOLDER)
    has_key = bool(settings.anthropic_api_key.get_secret_value())
    if repo is not None and not has_key:
        raise CadenceError("your own repository needs the real model: set ANTHROPIC_API_KEY")
    side = (
        "the real model"
        if has_key
        else "without ANTHROPIC_API_KEY the model's side is played\n"
        "from a scenario file; every tool call in it is really executed"
    )
    console.print(Panel(f"Cadence demo: {side}", expand=False))
    async with stage(repo, folder, settings) as made:
        console.print(f"GitHub stand-in  {made.github.url}\nCoordinator      {made.coordinator}")
        console.print(f"App for phones   {made.coordinator}/app/  (sign in as {PERSON})\n")
        title = project.TITLE if repo is None else task.splitlines()[0][:70]
        body = project.BODY if repo is None else task
        comment = f"@cadence {task}" if task else project.COMMENT
        state = await _ask(made, title, body, comment, console)
        await show.result(made, state, console)
        if repo is not None and state.get("branch"):
            console.print(f"Take it over: git -C {repo} fetch {_bare(made)} {state['branch']}")
        if sys.stdin.isatty():
            console.print("\nThe pages stay up until you press Ctrl-C.")
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
    return 0 if state.get("status") == "completed" else 1


async def _ask(
    made: Stage, title: str, body: str, comment: str, console: Console
) -> dict[str, object]:
    github, name = made.github, made.repository
    issue = github.open_issue(name, PERSON, title, body)
    await github.settled()
    console.print(f"[bold]#{issue.number} {title}[/bold]\n[dim]@{PERSON}:[/dim] {comment}\n")
    made.began = asyncio.get_running_loop().time()
    asked = github.comment(name, issue.number, PERSON, comment)
    times = asyncio.create_task(show.watch_times(made, issue.number, asked.id))
    try:
        agent_id = await _agent_of(made, issue.number)
        state = await show.follow(made, agent_id, console)
        made.mark("done")
    finally:
        times.cancel()
    return state


async def _agent_of(made: Stage, number: int) -> str:
    for _ in range(1200):
        for comment in made.github.comments(made.repository, number):
            found = _MARKER.match(comment.body)
            if found:
                return found[1]
        await asyncio.sleep(0.05)
    raise CadenceError(f"no agent answered; see {made.log}")


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder.resolve()


def _bare(made: Stage) -> str:
    return f"{made.github.url}/{made.repository}.git"


def main() -> None:
    """Read the arguments and play."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--repo", type=Path, help="your own repository; needs ANTHROPIC_API_KEY")
    parser.add_argument("--task", default="", help="what is to be done there")
    parser.add_argument("--picture", type=Path, help="write the output as SVG, too")
    chosen = parser.parse_args()
    console = Console(record=chosen.picture is not None, width=100 if chosen.picture else None)
    configure("auto", "warning", lambda text: text)
    if chosen.repo and not chosen.task:
        parser.error("--repo needs --task")
    try:
        code = asyncio.run(play(load(), chosen.repo, chosen.task, console))
        if chosen.picture is not None:
            console.save_svg(str(chosen.picture), title="make demo")
        sys.exit(code)
    except KeyboardInterrupt:
        sys.exit(130)
    except CadenceError as error:
        console.print(f"[red]{error}[/red]")
        sys.exit(1)


if __name__ == "__main__":
    main()
