"""What one agent's watchers share: its newest events as frames, and its state."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from bot.domain import Agent, AgentEvent
from mobile_api.agents.views import event_json
from mobile_api.stream.frames import END, Frame, frame, joined
from mobile_api.stream.subscriber import Subscriber

KEPT_EVENTS = 64
KEPT_BYTES = 256 * 1024
SHOWN_EVERY_S = 2.0
View = Callable[[Agent], str]  # an agent as JSON


def is_over(agent: Agent) -> bool:
    """Whether nothing more will happen; a stopped agent first hands over its work."""
    return agent.status.is_final and agent.completed_at is not None


class AgentChannel:
    """Takes what is new of one agent and pushes it to everybody who watches."""

    def __init__(
        self, agent: Agent, events: Sequence[AgentEvent], view: View, clock: Callable[[], float]
    ) -> None:
        self.agent = agent
        self._view = view
        self._clock = clock
        self._kept: deque[tuple[int, Frame]] = deque()
        self._size = 0
        self.last = events[0].seq - 1 if events else agent.seq
        self._shown: tuple[Any, ...] = ()
        self._shown_at = float("-inf")
        self._is_stale = False
        self.watchers: set[Subscriber] = set()
        self._keep(events)

    def begins_after(self) -> int:
        """Return the number up to which events are no longer kept here."""
        return self._kept[0][0] - 1 if self._kept else self.last

    def join(self, watcher: Subscriber, last: int) -> None:
        """Push what is kept above *last*, the state, and from now on whatever comes."""
        frames = [one for seq, one in self._kept if seq > last]
        watcher.push(joined([*frames, self._state()]))
        if is_over(self.agent) and self.last >= self.agent.seq:
            watcher.push(END)
            watcher.end()
            return
        self.watchers.add(watcher)

    def take(self, agent: Agent, events: Sequence[AgentEvent]) -> None:
        """Take what is new and push it."""
        if agent.version < self.agent.version:  # read before what we know
            agent = self.agent
        self.agent = agent
        frames = self._keep(events)
        if self._is_worth_showing():
            frames.append(self._state())
        is_end = is_over(agent) and self.last >= agent.seq
        if is_end:
            frames.append(END)
        if frames:
            whole = joined(frames)
            for watcher in tuple(self.watchers):
                watcher.push(whole)
                if is_end:
                    watcher.end()

    def show_late(self) -> None:
        """Push the state that was held back because another one had just been shown."""
        if self._is_stale and self._clock() - self._shown_at >= SHOWN_EVERY_S:
            state = self._state()
            for watcher in tuple(self.watchers):
                watcher.push(state)

    def _keep(self, events: Sequence[AgentEvent]) -> list[Frame]:
        frames = []
        for event in events:
            if event.seq != self.last + 1:
                continue
            made = frame("log", event_json(event), mark=str(event.seq))
            self.last = event.seq
            self._kept.append((event.seq, made))
            self._size += len(made.raw)
            frames.append(made)
            while len(self._kept) > KEPT_EVENTS or self._size > KEPT_BYTES:
                self._size -= len(self._kept.popleft()[1].raw)
        return frames

    def _is_worth_showing(self) -> bool:
        """Whether people would see a change; cost and times alone are shown now and then."""
        if worth_showing(self.agent) != self._shown:
            return True
        if self._clock() - self._shown_at >= SHOWN_EVERY_S:
            return True
        self._is_stale = True
        return False

    def _state(self) -> Frame:
        self._shown = worth_showing(self.agent)
        self._shown_at = self._clock()
        self._is_stale = False
        return frame("agent", self._view(self.agent))


def worth_showing(agent: Agent) -> tuple[Any, ...]:
    """Return what of *agent* people see at a glance."""
    plan = tuple((one.get("text"), one.get("done")) for one in agent.plan)
    question = agent.question and agent.question.get("id")
    done = agent.completed_at, agent.reason, agent.pr_number, agent.place_note
    return agent.status, agent.phase, agent.progress, plan, question, agent.model, done
