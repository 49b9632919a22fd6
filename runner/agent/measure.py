"""What the harness runs and measures itself: setup, the baseline, the gate after the change."""

import asyncio
from pathlib import Path

import structlog

from runner.agent import shelf
from runner.agent.course import Course
from runner.agent.ground import Ground
from runner.agent.verify import verify
from runner.protocol import EventKind
from runner.spec import Verification

_SETUP_TAIL = 800
log = structlog.get_logger()


class Measurements:
    """The measurements of one run; *latest* is what stands in the outcome.

    *caches* is the folder of the repository's package caches on this machine, if there is one.
    """

    def __init__(self, course: Course, caches: str = "") -> None:
        self.latest = Verification()
        self._caches = Path(caches) if caches else None
        self._course = course
        self._failed: list[str] = []

    @property
    def is_regression(self) -> bool:
        """Whether what passed before the change does not pass any more."""
        return self.latest.baseline_outcome == "passed" and self.latest.outcome != "passed"

    async def set_up(self, ground: Ground) -> tuple[str, ...]:
        """Run the repository's setup and return how it went; a failure does not end the run."""
        await ground.remember_untracked()
        if not ground.plan.setup:
            return ()
        await self._course.phase("setup")
        cache, home = self._cache, ground.hands.host_home
        if cache is not None:
            await asyncio.to_thread(shelf.give, cache, home)
            await ground.hands.hand_over(home)
        before = len(self._failed)
        notes = tuple([await self._set_up(ground, command) for command in ground.plan.setup])
        # Only the base branch has run by now: on a branch of an agent nothing is kept.
        is_base = ground.workspace.start == ground.workspace.base_sha
        if cache is not None and is_base and len(self._failed) == before:
            await asyncio.to_thread(shelf.keep, cache, home)
        return notes

    @property
    def _cache(self) -> Path | None:
        return self._caches and shelf.cache_of(self._caches, self._course.spec.base)

    async def set_up_again(self, ground: Ground) -> None:
        """Run the setup on another machine, without a word: people heard of it before."""
        timeout_s = ground.config.setup_timeout_minutes * 60
        await ground.remember_untracked()
        if self._cache is not None:
            await asyncio.to_thread(shelf.give, self._cache, ground.hands.host_home)
            await ground.hands.hand_over(ground.hands.host_home)
        for command in ground.plan.setup:
            result = await ground.hands.run(command, timeout_s=timeout_s)
            log.info("set up again", exit_code=result.exit_code, seconds=result.seconds)
        await ground.disown_untracked()

    async def _set_up(self, ground: Ground, command: str) -> str:
        timeout_s = ground.config.setup_timeout_minutes * 60
        result = await ground.hands.run(command, timeout_s=timeout_s)
        ended = "did not end in time" if result.timed_out else f"exit code {result.exit_code}"
        is_good = result.exit_code == 0 and not result.timed_out
        note = f"Setup `{command}` ({ground.plan.setup_origin}): {ended}."
        if not is_good:
            self._failed.append(command)
            note += f" End of its output: {result.output.strip()[-_SETUP_TAIL:]}"
        await self._course.log(note, level="info" if is_good else "warning")
        return note

    async def baseline(self, ground: Ground) -> None:
        """Measure before the change; what setup and tests leave behind is never committed."""
        if not ground.plan.verify:
            await self._course.log(
                "No verification command was found, so nothing can be verified. "
                "`verify:` in .github/cadence.yml names one."
            )
        await self._measure(ground, "baseline")
        await ground.disown_untracked()
        before = self.latest
        self.latest = before.model_copy(
            update={"baseline_outcome": before.outcome, "baseline_exit_code": before.exit_code}
        )

    async def after(self, ground: Ground, stage: str) -> None:
        """Measure after the change."""
        await ground.remember_untracked()
        await self._measure(ground, stage)
        await ground.disown_untracked()

    async def _measure(self, ground: Ground, stage: str) -> None:
        course, before = self._course, self.latest
        course.is_touched = True
        if ground.plan.verify:
            await course.phase("verifying")
        measured = await verify(
            ground.hands,
            ground.plan.verify,
            origin=ground.plan.verify_origin,
            timeout_s=ground.config.verify_timeout_minutes * 60,
        )
        self.latest = measured.model_copy(
            update={
                "output_tail": course.redactor.redact(measured.output_tail),
                "baseline_outcome": before.baseline_outcome,
                "baseline_exit_code": before.baseline_exit_code,
            }
        )
        data = self.latest.model_dump(by_alias=True)
        await course.emit(EventKind.VERIFICATION, data | {"stage": stage})
