"""The deterministic harness around the one agentic step.

clone, setup, baseline verification, agent, verification, commit, bundle, outcome. What the agent
says is told as its words; what is told as measured was measured here.
"""

import asyncio
import importlib
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from runner.agent import prompts
from runner.agent.budget import Clock
from runner.agent.config import BudgetConfig
from runner.agent.course import Course, Finish, Redactor
from runner.agent.ground import Ground, prepared
from runner.agent.handover import HandOver
from runner.agent.measure import Measurements
from runner.agent.sanitize import new_nonce
from runner.agent.seams import Link, RunCancelled, RunFailed, ToolFailed
from runner.agent.watch import watched
from runner.egress_seams import Registries
from runner.redact import Redactor as Redaction
from runner.spec import Budget, Outcome, RunSpec

if TYPE_CHECKING:
    from runner.agent.loop import Conversation
    from runner.agent.triage import Triage, Verdict

_SOFT_SHARE = 0.85  # of the minutes, when the repository allows fewer than the server
log = structlog.get_logger()

_DROPPED = "Only a question was asked, so the changes that the agent made were dropped."


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What differs between a machine, a terminal and a test.

    *allow_file* lets the repository be a folder of this machine; *registries* serves packages.
    """

    allow_file: bool = False
    registries: Registries | None = None
    ask_wait_s: float = 600.0
    retry_wait_s: float = 1.0
    max_retries: int = 8


async def run(
    spec: RunSpec,
    link: Link,
    *,
    root: Path,
    redactor: Redactor | None = None,
    conditions: Conditions | None = None,
) -> Outcome:
    """Execute the run of *spec* below the folder *root*; every ending is an `Outcome`."""
    secret = spec.model.api_key.get_secret_value()
    course = Course(spec, link, redactor or Redaction([secret]), Clock())
    return await Harness(course, root, conditions or Conditions()).run()


class Harness:
    """One run from clone to outcome."""

    def __init__(self, course: Course, root: Path, conditions: Conditions) -> None:
        self._course = course
        self._root = root
        self._conditions = conditions
        self._measurements = Measurements(course)
        self._hand_over = HandOver(course, root, self._measurements)

    async def run(self) -> Outcome:
        """Do everything; whatever ends it early, the work is kept."""
        course, conditions = self._course, self._conditions
        async with AsyncExitStack() as stack:
            sorting = asyncio.create_task(self._triage())
            stack.push_async_callback(_end, sorting)
            ground = prepared(
                course,
                self._root,
                registries=conditions.registries,
                allow_file=conditions.allow_file,
            )
            try:
                opened = await watched(stack.enter_async_context(ground), course)
                self._hand_over.ground = opened
                course.meter.budget = narrowed(course.spec.budget, opened.config.budget)
                return await watched(self._work(opened, sorting), course)
            except (RunFailed, RunCancelled, ToolFailed) as end:
                return await self._hand_over.salvage(end)
            except Exception as error:  # a mistake of ours: say so at once, and keep the work
                log.exception("the run broke")
                name = type(error).__name__
                mistake = RunFailed(f"Cadence made a mistake ({name}); its operator's log has it.")
                return await self._hand_over.salvage(mistake)

    async def _triage(self) -> "Triage":
        # Not at the top: the SDK takes a second to import, and the line should be up by then.
        await asyncio.to_thread(importlib.import_module, "anthropic")
        from runner.agent.model import make_client
        from runner.agent.triage import triage

        async with make_client(self._course.spec.model) as client:
            return await triage(client, self._course.spec, nonce=new_nonce())

    async def _work(self, ground: Ground, sorting: Awaitable["Triage"]) -> Outcome:
        course = self._course
        for warning in ground.warnings:
            await course.log(warning, level="warning")
        verdict = await self._sorted(sorting)
        is_question = course.spec.wants_answer_only or verdict.kind == "question"
        notes: tuple[str, ...] = ()
        if not is_question:
            notes = await self._measurements.set_up(ground)
            await self._measurements.baseline(ground)
        await course.phase("working")
        opening = prompts.task(
            course.spec,
            nonce=new_nonce(),
            guidance=ground.guidance,
            baseline=self._measurements.latest,
            is_question=is_question,
            hint=_hint(verdict),
            notes=(*notes, *_left_out(ground)),
        )
        from runner.agent.model import make_client

        retries = self._conditions.max_retries
        async with make_client(course.spec.model, max_retries=retries) as client:
            talk = self._conversation(ground, client)
            finish = await talk.work(opening)
            if is_question:
                return await self._answered(ground, finish)
            return await self._changed(ground, talk, finish)

    async def _sorted(self, sorting: Awaitable["Triage"]) -> "Verdict":
        course, spec = self._course, self._course.spec
        result = await sorting
        cost_usd = course.meter.add(result.tokens, spec.model.triage_price)
        if cost_usd:
            await course.used(result.tokens, cost_usd, spec.model.triage_name)
        if result.problem:
            said = f"Triage: {result.problem}; the request is taken as a change."
            await course.log(said, level="warning")
        return result.verdict

    def _conversation(self, ground: Ground, client: Any) -> "Conversation":
        from runner.agent.loop import Conversation
        from runner.agent.tools.registry import all_tools

        course, conditions = self._course, self._conditions
        return Conversation(
            course,
            client,
            all_tools(course, ground.hands, ask_wait_s=conditions.ask_wait_s),
            prompts.system(course.spec),
            retry_wait_s=conditions.retry_wait_s,
        )

    async def _answered(self, ground: Ground, finish: Finish) -> Outcome:
        answer = finish.answer or finish.summary or finish.title or "The agent gave no answer."
        if await ground.is_changed():
            await self._course.log(_DROPPED, level="warning")
            answer = f"{answer}\n\n({_DROPPED})"
        return self._hand_over.answer(answer, finish.doubts)

    async def _changed(self, ground: Ground, talk: "Conversation", finish: Finish) -> Outcome:
        """Verify; a regression goes back to the agent a bounded number of times."""
        if not await ground.is_changed():
            return self._hand_over.nothing(finish)
        rounds = self._course.spec.budget.repair_rounds
        await self._measurements.after(ground, "final")
        for round_ in range(1, rounds + 1):
            if not self._measurements.is_regression:
                break
            await self._course.phase("working")
            before = self._measurements.latest
            newer = await talk.work(prompts.repair(before, round_=round_, rounds=rounds))
            finish = newer if newer.is_formal and newer.title else finish
            await self._measurements.after(ground, f"repair-{round_}")
        if self._measurements.is_regression:
            command = self._measurements.latest.command
            broken = f"`{command}` passed before this change and does not pass now."
            finish = replace(finish, doubts=f"{broken}\n\n{finish.doubts}".strip())
        return await self._hand_over.change(ground, finish)


def narrowed(budget: Budget, wanted: BudgetConfig) -> Budget:
    """Return *budget* with the repository's own limits where they are tighter."""
    minutes = min(budget.hard_minutes, wanted.minutes or budget.hard_minutes)
    return budget.model_copy(
        update={
            "steps": min(budget.steps, wanted.steps or budget.steps),
            "usd": min(budget.usd, wanted.usd or budget.usd),
            "hard_minutes": minutes,
            "soft_minutes": min(budget.soft_minutes, minutes * _SOFT_SHARE),
        }
    )


def _hint(verdict: "Verdict") -> str:
    if verdict.kind == "unclear" and verdict.question_to_ask:
        return (
            "At first sight the request is unclear. If reading the code does not settle it, use "
            f"`ask`; the open question may be: {verdict.question_to_ask}"
        )
    if verdict.kind == "review":
        return (
            "This looks like a request to judge something. If so, answer with `finish` and "
            "`answer` and change nothing."
        )
    return ""


def _left_out(ground: Ground) -> tuple[str, ...]:
    missing = ground.workspace.left_out
    if not missing:
        return ()
    shown = ", ".join(missing[:10])
    return (f"{len(missing)} files above the size limit are not in the checkout: {shown}",)


async def _end(task: "asyncio.Task[Triage]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
