"""The end of a run: commit, bundle, upload, outcome. Work is handed over however the run ended."""

import asyncio
import time
from pathlib import Path
from typing import Any

import structlog

from runner.agent import wording
from runner.agent.course import Course, Finish
from runner.agent.ground import Ground
from runner.agent.measure import Measurements
from runner.agent.seams import RunCancelled, RunFailed, ToolFailed
from runner.protocol import EventKind
from runner.spec import Outcome

SALVAGE_S = 240.0
_MAX_HOSTS = 50
log = structlog.get_logger()


class HandOver:
    """Makes the outcome of one run."""

    def __init__(self, course: Course, root: Path, measurements: Measurements) -> None:
        self.ground: Ground | None = None
        self._course = course
        self._root = root
        self._measurements = measurements
        self._began = time.monotonic()

    async def change(self, ground: Ground, finish: Finish) -> Outcome:
        """Hand over a change that the agent finished."""
        await self._course.phase("publishing")
        spec = self._course.spec
        words = wording.message(finish, instruction=spec.instruction)
        facts = await self._bundled(ground, words)
        if not facts:
            return self.nothing(finish)
        return self.outcome(
            status="completed",
            kind="change",
            title=wording.subject(finish.title, instead=spec.instruction),
            summary=finish.summary,
            doubts=finish.doubts,
            closes_issue=finish.closes_issue,
            **facts,
        )

    def nothing(self, finish: Finish) -> Outcome:
        """Return the outcome of a run that changed nothing, with the agent's reason."""
        why = finish.answer or finish.summary or finish.title
        if finish.answer and finish.is_formal:
            return self.outcome(status="completed", kind="answer", answer=why, reason="")
        reason = (
            f"The agent changed nothing. It says: {why}" if why else "The agent changed nothing."
        )
        return self.outcome(status="completed", kind="nothing", reason=reason)

    def answer(self, text: str, doubts: str) -> Outcome:
        """Return the outcome of a question."""
        return self.outcome(status="completed", kind="answer", answer=text, doubts=doubts)

    async def salvage(self, end: Exception) -> Outcome:
        """Keep what there is of a run that was broken off, and say how far it came."""
        course = self._course
        status = "cancelled" if isinstance(end, RunCancelled) else "failed"
        why = str(end) or "The run was broken off."
        reason = wording.stopped(course, why) if status == "failed" else why
        facts: dict[str, Any] = {}
        if self.ground is not None:
            try:
                async with asyncio.timeout(SALVAGE_S):
                    words = wording.unfinished_message(course.spec.instruction, why)
                    facts = await self._bundled(self.ground, words)
            except (RunFailed, ToolFailed, OSError, TimeoutError) as error:
                log.warning("work not kept", error=type(error).__name__)
                reason += f" The work could not be kept: {str(error) or 'it took too long.'}"
        finish = course.finish or Finish()
        return self.outcome(
            status=status,
            kind="change" if facts else "nothing",
            reason=reason,
            title=wording.subject(finish.title, instead=course.spec.instruction),
            summary=finish.summary,
            doubts=finish.doubts,
            **facts,
        )

    async def _bundled(self, ground: Ground, words: str) -> dict[str, Any]:
        """Commit and upload; return the facts, none when there is nothing to hand over."""
        course, workspace = self._course, ground.workspace
        spec = course.spec
        commit = await workspace.commit(
            ground.hands,
            course.redactor.redact(words),
            author=spec.author,
            co_author=spec.co_author,
        )
        if commit is not None:
            await course.emit(EventKind.COMMIT, {"sha": commit.sha, "subject": commit.subject})
        if workspace.head == workspace.start:
            return {}
        bundle = await workspace.bundle(self._root / "work.bundle")
        stat = await workspace.diff_stat()
        return {
            "bundle_sha256": await course.link.upload_bundle(bundle),
            "base_sha": workspace.base_sha,
            "head_sha": workspace.head,
            "files_changed": stat.files,
            "lines_added": stat.added,
            "lines_removed": stat.removed,
        }

    def outcome(self, **facts: Any) -> Outcome:
        """Return an outcome with *facts*, without secrets, and what was counted."""
        course = self._course
        meter = course.meter
        journal = self.ground.hands.journal if self.ground else None
        spoken = {
            name: course.redactor.redact(value)
            for name, value in facts.items()
            if name in ("reason", "title", "summary", "doubts", "answer")
        }
        return Outcome(
            **(facts | spoken),
            verification=self._measurements.latest,
            steps=meter.steps,
            tokens=meter.tokens,
            cost_usd=round(meter.cost_usd, 6),
            model=course.spec.model.name,
            seconds=round(time.monotonic() - self._began, 3),
            hosts_contacted=tuple(sorted(journal.contacted)[:_MAX_HOSTS]) if journal else (),
            hosts_blocked=tuple(sorted(journal.blocked)[:_MAX_HOSTS]) if journal else (),
            sandbox=self.ground.hands.isolation if self.ground else course.spec.sandbox,
        )
