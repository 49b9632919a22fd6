"""Tasks to make agents of."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.domain import Requester, Source, Task

TASK = Task(
    installation_id=9001,
    repository_id=4242,
    repository="acme/widgets",
    instruction="please fix this",
    source=Source.ISSUE_COMMENT,
    source_ref="comment:880001",
    requester=Requester(id=501, login="dana"),
    issue=7,
    issue_title="Parser crashes on empty input",
    issue_body="Steps: run it.",
    comment_id=880001,
    triggered_at=datetime(2026, 11, 1, 12, tzinfo=UTC),
)


def task(number: int = 1, **changes: Any) -> Task:
    """Return a task with a trigger of its own."""
    return replace(TASK, source_ref=f"comment:{number}", **changes)
