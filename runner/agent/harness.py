"""The deterministic harness around the one agentic step.

clone, setup, baseline verification, agent, verification, commit, bundle, outcome. What the agent
says is told as its words; what is told as measured was measured here.
"""

import asyncio
import importlib
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from runner.agent import prompts, wording
from runner.agent.agent_user import AgentUser
from runner.agent.budget import Clock
from runner.agent.clone import Source
from runner.agent.config import BudgetConfig
from runner.agent.course import Course, Finish, Redactor
from runner.agent.going_on import OTHER_MACHINE, fetched, told_anew, told_of
from runner.agent.ground import Ground, prepared
from runner.agent.handover import HandOver
from runner.agent.keeper import Keeper, Restored
from runner.agent.measure import Measurements
from runner.agent.sanitize import new_nonce
from runner.agent.seams import Archive, Link, RunCancelled, RunFailed, ToolFailed
from runner.agent.watch import watched
from runner.egress.seams import Registries
from runner.redact import Redactor as Redaction
from runner.spec import Budget, Outcome, RunSpec, TreeState

if TYPE_CHECKING:
    from runner.agent.loop import Conversation
    from runner.agent.triage import Triage, Verdict

_SOFT_SHARE = 0.85  # of the minutes, when the repository allows fewer than the server
log = structlog.get_logger()

_DROPPED = "Only a question was asked, so the changes that the agent made were dropped."


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What differs between a machine, a terminal and a test.

    *allow_file* lets the repository be a folder of this machine; *mirror* is a folder that keeps
    what was fetched of it, *caches* what its setup got; *registries* serves packages; *user* is
    who the agent's commands run as, where it is another than we.
    """

    allow_file: bool = False
    mirror: str = ""
    caches: str = ""
    registries: Registries | None = None
    user: AgentUser | None = None
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
    archive: Archive | None = None,
) -> Outcome:
    """Execute the run of *spec* below the folder *root*; every ending is an `Outcome`."""
    secret = spec.model.api_key.get_secret_value()
    course = Course(spec, link, redactor or Redaction([secret]), Clock())
    return await Harness(course, root, conditions or Conditions(), archive).run()


class Harness:
    """One run from clone to outcome."""

    def __init__(
        self, course: Course, root: Path, conditions: Conditions, archive: Archive | None = None
    ) -> None:
        self._course = course
        self._root = root
        self._conditions = conditions
        self._measurements = Measurements(course, conditions.caches)
        self._hand_over = HandOver(course, root, self._measurements)
        self._keeper = Keeper(course, archive)
        self._is_anew = False
        if archive is not None:
            course.say_paused = partial(_told, archive)

    async def run(self) -> Outcome:
        """Do everything; whatever ends it early, the work is kept."""
        course = self._course
        async with AsyncExitStack() as stack:
            try:
                # What was kept is brought back whatever people want by now: it is what they get.
                restored = await fetched(course, self._keeper, self._root)
                if restored is not None:
                    outcome = await self._going_on(stack, restored)
                    if outcome is not None:
                        return outcome
                return await watched(self._from_the_start(stack), course)
            except (RunFailed, RunCancelled, ToolFailed) as end:
                return await self._hand_over.salvage(end)
            except Exception as error:  # a mistake of ours: say so at once, and keep the work
                log.exception("the run broke")
                name = type(error).__name__
                mistake = RunFailed(f"Cadence made a mistake ({name}); its operator's log has it.")
                return await self._hand_over.salvage(mistake)

    async def _from_the_start(self, stack: AsyncExitStack) -> Outcome:
        sorting = asyncio.create_task(self._triage())
        stack.push_async_callback(_end, sorting)
        ground = await self._ground(stack, self._root / "anew" if self._is_anew else self._root)
        return await self._work(ground, sorting)

    async def _going_on(self, stack: AsyncExitStack, restored: Restored) -> Outcome | None:
        """Go on where another machine stopped; None when its commits are gone."""
        course = self._course
        try:
            ground = await self._ground(stack, self._root, at=restored.tree)
            await self._keeper.put_back(restored)
        except RunFailed as error:
            self._is_anew = True
            self._hand_over.ground = None
            await told_anew(course, error)
            return None
        if not restored.state["isQuestion"] and course.control.cancel_reason is None:
            await self._measurements.set_up_again(ground)
            await self._keeper.put_back_again(restored)
        self._keeper.go_on(restored)
        await told_of(course)
        keeper = self._keeper
        talked = self._talked(ground, lambda talk: _resumed(talk, keeper, restored))
        return await watched(talked, course)

    async def _ground(
        self, stack: AsyncExitStack, root: Path, at: TreeState | None = None
    ) -> Ground:
        course, conditions = self._course, self._conditions
        opening = prepared(
            course,
            root,
            registries=conditions.registries,
            source=Source(allow_file=conditions.allow_file, mirror=conditions.mirror, at=at),
            user=conditions.user,
        )
        ground = await stack.enter_async_context(opening)
        self._hand_over.ground = ground
        self._keeper.begin(ground, self._measurements)
        course.meter.budget = narrowed(course.spec.budget, ground.config.budget)
        return ground

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
            hint=wording.hint(verdict),
            notes=(*notes, *wording.left_out(ground.workspace.left_out)),
        )
        self._keeper.standing.is_question = is_question
        return await self._talked(ground, lambda talk: talk.work(opening))

    async def _talked(
        self, ground: Ground, begin: "Callable[[Conversation], Awaitable[Finish]]"
    ) -> Outcome:
        from runner.agent.model import make_client

        course, keeper = self._course, self._keeper
        retries = self._conditions.max_retries
        async with make_client(course.spec.model, max_retries=retries) as client:
            talk = self._conversation(ground, client)
            course.keep = lambda: keeper.save(talk.history)
            finish = await begin(talk)
            if keeper.standing.is_question:
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
        standing, rounds = self._keeper.standing, self._course.spec.budget.repair_rounds
        while True:
            standing.finish, standing.is_over = finish, True
            await self._keeper.save(talk.history)
            stage = f"repair-{standing.round}" if standing.round else "final"
            await self._measurements.after(ground, stage)
            if not self._measurements.is_regression or standing.round >= rounds:
                break
            await self._course.phase("working")
            standing.round, standing.is_over = standing.round + 1, False
            before = self._measurements.latest
            newer = await talk.work(prompts.repair(before, round_=standing.round, rounds=rounds))
            finish = newer if newer.is_formal and newer.title else finish
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


async def _resumed(talk: "Conversation", keeper: Keeper, restored: Restored) -> Finish:
    standing = keeper.standing
    if standing.is_over and standing.finish is not None:
        talk.history = restored.history
        return standing.finish
    talk.remember(restored.history, OTHER_MACHINE)
    newer = await talk.go_on()
    earlier = standing.finish
    is_better = earlier is None or (newer.is_formal and bool(newer.title))
    return newer if is_better or earlier is None else earlier


async def _told(archive: Archive, is_paused: bool) -> None:
    await archive.say_paused(is_paused=is_paused)


async def _end(task: "asyncio.Task[Triage]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
