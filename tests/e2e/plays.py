"""Short scenarios for the model's side, and a repository that needs no installing."""

from typing import Any

from deploy.devkit.github import GitHubStandIn
from tests.e2e.world import World
from tests.fakes.github import REPO

CONFIG = "verify: python3 check.py\n"
CHECK = "from widgets import area\nassert area(2, 3) == 6, area(2, 3)\nprint('all is well')\n"
EDIT = {
    "type": "tool_use",
    "name": "edit",
    "input": {
        "file_path": "widgets.py",
        "old_string": "width + height",
        "new_string": "width * height",
    },
}


def use(name: str, **arguments: Any) -> dict[str, Any]:
    """Return a turn that calls one tool."""
    return {"content": [{"type": "tool_use", "name": name, "input": arguments}]}


def finish(**words: Any) -> dict[str, Any]:
    """Return a turn that ends the work."""
    told = {"title": "Multiply the sides", "summary": "An area is a product."}
    return use("finish", **(told | words))


def play(*turns: dict[str, Any], kind: str = "change") -> dict[str, Any]:
    """Return a scenario of *turns*."""
    triage = {"kind": kind, "restated": "x", "question_to_ask": "", "closes_issue": True}
    return {"triage": triage, "turns": list(turns)}


FIX = play({"content": [EDIT]}, finish(closes_issue=True))


async def prepare(github: GitHubStandIn) -> None:
    """Give the repository a command that verifies it."""
    files: dict[str, str | bytes] = {".github/cadence.yml": CONFIG, "check.py": CHECK}
    await github.push(REPO, "main", files, author="dana", message="Check it")
    await github.settled()


def ask(world: World, words: str = "please fix this") -> int:
    """Open an issue, mention us, and return its number."""
    issue = world.github.open_issue(REPO, "dana", "Area is wrong", "It adds.")
    world.github.comment(REPO, issue.number, "dana", f"@cadence {words}")
    return issue.number


def said(world: World, number: int, *words: str) -> bool:
    """Whether the one status comment holds all *words*."""
    comments = world.status_comments(number)
    return len(comments) == 1 and all(word in comments[0] for word in words)


def results(request: dict[str, Any]) -> int:
    """Return how many tool results the model is shown in *request*."""
    blocks = [
        b for m in request["messages"] if isinstance(m["content"], list) for b in m["content"]
    ]
    return sum(block.get("type") == "tool_result" for block in blocks)
