"""The course of one run: what loop and tools share, and the one mouth through which they speak."""

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from runner.agent.budget import Clock, Meter
from runner.agent.guard import LoopGuard
from runner.agent.seams import Link, RunCancelled, RunFailed
from runner.protocol import EventKind
from runner.spec import RunSpec, Tokens


class Redactor(Protocol):
    """Takes secrets out; `runner.redact.Redactor` does."""

    def redact(self, text: str) -> str:
        """Return *text* without secrets."""
        ...

    def redact_json(self, value: Any) -> Any:
        """Return *value* with all its strings redacted."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """What the agent says about its work at the end; *is_formal* if it said so by the tool."""

    title: str = ""
    summary: str = ""
    doubts: str = ""
    answer: str = ""
    closes_issue: bool = False
    is_formal: bool = True


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One line of the checklist that people see."""

    text: str
    done: bool


class Course:
    """Where a run stands; everything that is said goes out redacted."""

    def __init__(self, spec: RunSpec, link: Link, redactor: Redactor, clock: Clock) -> None:
        self.spec = spec
        self.link = link
        self.control = link.control
        self.redactor = redactor
        self.meter = Meter(spec.budget, clock, spent_usd=spec.spent_usd)
        self.guard = LoopGuard()
        self.plan: tuple[PlanItem, ...] = ()
        self.finish: Finish | None = None
        self.fatal: RunFailed | None = None
        self.last_error = ""
        self.calls: deque[tuple[str, str]] = deque()
        self.is_touched = True  # the tree may differ from what was kept
        self.asked = 0
        self.keep: Callable[[], Awaitable[None]] | None = None
        self.say_paused: Callable[[bool], Awaitable[None]] | None = None

    @property
    def clock(self) -> Clock:
        """The clock of the run."""
        return self.meter.clock

    async def emit(self, kind: EventKind, data: dict[str, Any]) -> None:
        """Say one thing to the world, without secrets."""
        await self.link.emit(kind, self.redactor.redact_json(data))

    async def phase(self, name: str) -> None:
        """Say what is done now."""
        await self.emit(EventKind.PHASE, {"phase": name})

    async def log(self, text: str, *, level: str = "info") -> None:
        """Say something that people should know."""
        await self.emit(EventKind.LOG, {"level": level, "text": text})

    async def used(self, tokens: Tokens, cost_usd: float, model: str) -> None:
        """Say what a model call used."""
        data = {
            "step": self.meter.steps,
            "model": model,
            "costUsd": round(cost_usd, 6),
            "totalCostUsd": round(self.meter.cost_usd, 6),
            "tokens": tokens.model_dump(by_alias=True),
        }
        await self.link.emit(EventKind.USAGE, data)

    async def obey(self) -> None:
        """Wait while paused; raise `RunCancelled` when somebody stopped the run."""
        if self.control.is_paused:
            await self._wait()
            if self.control.cancel_reason is None:
                await self.log("Going on.")
        if self.control.cancel_reason is not None:
            raise RunCancelled(self.control.cancel_reason or "The run was stopped.")

    async def _wait(self) -> None:
        """Wait with the work kept: the machine may be put to sleep, or given back."""
        if self.keep is not None:
            await self.keep()
        await self.log("Paused; the clock stands still.")
        with self.clock.stopped():
            if self.say_paused is not None:
                await self.say_paused(True)
            await self.control.going.wait()
            if self.say_paused is not None:
                await self.say_paused(False)

    def take_call(self, name: str) -> str:
        """Return the id of the next call of the tool *name*."""
        for call in self.calls:
            if call[1] == name:
                self.calls.remove(call)
                return call[0]
        return ""
