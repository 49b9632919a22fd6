import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.agents import Agents
from bot.bus import AGENT, MOVED, Bus
from bot.db.engine import Database
from bot.db.runs import Runs
from bot.domain import AgentStatus, Phase, Run, RunId
from bot.errors import IllegalTransition, InvalidRequest, NotFound
from bot.life.run_log import RunLog
from runner.spec import Outcome
from tests.fakes.tasks import TASK, task

LATER = datetime(2026, 11, 20, tzinfo=UTC) + timedelta(days=900)


async def _running(agents: Agents, number: int = 1) -> str:
    agent, _ = await agents.create(task(number))
    await agents.start(agent.id, model="claude-test", deadline_at=LATER)
    return agent.id


async def _run_of(database: Database, agents: Agents, agent_id: str) -> str:
    agent = await agents.get(agent_id)
    run = Run(id=RunId(f"{agent_id}-1"), agent_id=agent.id, attempt=1, started_at=datetime.now(UTC))
    await Runs(database).open(run, token_hash=agent_id)
    return run.id


async def test_same_trigger_twice_is_one_agent(agents: Agents) -> None:
    first, is_new = await agents.create(TASK)
    again, is_new_again = await agents.create(TASK)

    assert (is_new, is_new_again) == (True, False)
    assert again.id == first.id
    assert again.task == TASK


async def test_numbers_count_up_per_requester(agents: Agents) -> None:
    one, _ = await agents.create(task(1))
    two, _ = await agents.create(task(2))

    assert (one.number, two.number) == (1, 2)
    assert one.branch == "cadence/7-parser-crashes-on-empty-input"


async def test_agents_asked_for_at_once_get_numbers_of_their_own(agents: Agents) -> None:
    made = await asyncio.gather(*(agents.create(task(number)) for number in range(8)))

    assert sorted(agent.number for agent, _ in made) == list(range(1, 9))
    assert all(is_new for _, is_new in made)


async def test_paused_agent_cannot_be_paused_again(agents: Agents) -> None:
    agent_id = await _running(agents)
    assert (await agents.pause(agent_id, by="dana")).status is AgentStatus.PAUSED

    with pytest.raises(IllegalTransition, match="is paused cannot become paused"):
        await agents.pause(agent_id, by="dana")


async def test_agent_paused_in_the_queue_waits_again_when_resumed(agents: Agents) -> None:
    agent, _ = await agents.create(TASK)
    await agents.pause(agent.id, by="dana")

    assert (await agents.resume(agent.id, by="dana")).status is AgentStatus.PENDING


async def test_stopping_a_waiting_agent_ends_it_at_once(agents: Agents) -> None:
    agent, _ = await agents.create(TASK)

    stopped = await agents.cancel(agent.id, by="dana")

    assert stopped.status is AgentStatus.CANCELLED
    assert stopped.reason == "stopped by @dana"


async def test_stopping_a_running_agent_waits_for_its_work(agents: Agents) -> None:
    agent_id = await _running(agents)

    stopped = await agents.cancel(agent_id, by="dana")

    assert stopped.status is AgentStatus.RUNNING
    assert await agents.cancelled_by(agent_id) == "dana"


async def test_an_agent_that_is_over_cannot_be_stopped(agents: Agents) -> None:
    agent_id = await _running(agents)
    await agents.complete(agent_id, {"kind": "nothing"})

    with pytest.raises(IllegalTransition):
        await agents.cancel(agent_id, by="dana")


async def test_time_in_pause_moves_the_deadline(database: Database, bus: Bus) -> None:
    clock = [datetime(2026, 11, 20, 12, tzinfo=UTC)]
    agents = Agents(database, bus, now=lambda: clock[0])
    agent, _ = await agents.create(TASK)
    deadline = clock[0] + timedelta(minutes=60)
    await agents.start(agent.id, model="m", deadline_at=deadline)
    await agents.pause(agent.id, by="dana")
    clock[0] += timedelta(hours=5)

    resumed = await agents.resume(agent.id, by="dana")

    assert resumed.deadline_at == deadline + timedelta(hours=5)


async def test_every_change_has_its_event_in_order(agents: Agents) -> None:
    agent_id = await _running(agents)
    await agents.pause(agent_id, by="dana")
    await agents.resume(agent_id, by="dana")
    await agents.fail(agent_id, "the tests fail", {"x": 1})

    events = await agents.events(agent_id)

    assert [e.seq for e in events] == [1, 2, 3, 4, 5]
    assert [e.kind for e in events] == ["created", "started", "paused", "resumed", "failed"]
    assert (await agents.get(agent_id)).reason == "the tests fail"


async def test_words_for_an_agent_are_kept_once(agents: Agents) -> None:
    agent_id = await _running(agents)
    for _ in range(2):
        await agents.say(agent_id, "use the new parser", author="dana", source_ref="comment:9")

    assert [w.text for w in await agents.messages(agent_id)] == ["use the new parser"]


async def test_unknown_agent_is_not_found(agents: Agents) -> None:
    with pytest.raises(NotFound):
        await agents.get("nobody")


async def test_news_is_unreported_until_somebody_was_told(agents: Agents) -> None:
    agent, _ = await agents.create(TASK)
    news = await agents.unreported()
    assert [a.id for a in news] == [agent.id]

    await agents.mark_reported(agent.id, news[0].version)

    assert await agents.unreported() == []


async def test_lines_of_the_log_alone_are_no_news_to_report(
    database: Database, bus: Bus, agents: Agents
) -> None:
    agent_id = await _running(agents)
    run_id, run_log = await _run_of(database, agents, agent_id), RunLog(database, bus)
    now = datetime.now(UTC)

    async def is_news(seq: int, kind: str, data: dict[str, object]) -> bool:
        await agents.mark_reported(agent_id, (await agents.get(agent_id)).version)
        await run_log.record(run_id, seq, kind, data, now)
        return bool(await agents.unreported())

    assert not await is_news(1, "log", {"text": "a line"})
    assert await is_news(2, "plan", {"items": [{"text": "find it", "done": True}]})
    assert await is_news(3, "verification", {"stage": "final"})

    await run_log.record(run_id, 4, "log", {"text": "a line"}, now)

    assert [one.id for one in await agents.unreported()] == [agent_id]


async def test_watchers_are_told_what_was_written_or_that_they_must_read(
    database: Database, bus: Bus, agents: Agents
) -> None:
    agent_id = await _running(agents)
    run_id, run_log = await _run_of(database, agents, agent_id), RunLog(database, bus)
    now = datetime.now(UTC)
    async with bus.watch(AGENT, agent_id) as watch, bus.watch(MOVED, agent_id) as moved:
        await run_log.record(run_id, 1, "log", {"text": "a line"}, now)
        written = (await watch.written(0))[agent_id]
        await run_log.record(run_id, 2, "phase", {"phase": "cloning"}, now)

        agent = await agents.get(agent_id)
        assert written is not None
        assert list(written[0].events) == (await agents.events(agent_id))[-2:-1]
        assert (written[0].count.seq, written[0].count.version) == (
            agent.seq - 1,
            agent.version - 1,
        )
        assert await watch.written(0) == {agent_id: None}
        assert await moved.wait(0) == [agent_id]


async def test_event_of_a_run_that_was_stored_is_dropped(
    database: Database, bus: Bus, agents: Agents
) -> None:
    agent_id = await _running(agents)
    run_id = await _run_of(database, agents, agent_id)
    run_log = RunLog(database, bus)
    now = datetime.now(UTC)

    stored = [
        await run_log.record(run_id, seq, "phase", {"phase": phase}, now)
        for seq, phase in ((1, "cloning"), (2, "working"), (1, "cloning"), (2, "working"))
    ]

    assert stored == [True, True, False, False]
    assert (await agents.get(agent_id)).phase is Phase.WORKING


async def test_frame_after_a_gap_is_not_taken(database: Database, bus: Bus, agents: Agents) -> None:
    agent_id = await _running(agents)
    run_id = await _run_of(database, agents, agent_id)
    run_log = RunLog(database, bus)

    with pytest.raises(InvalidRequest, match="frame 1 of run"):
        await run_log.record(run_id, 2, "phase", {"phase": "working"}, LATER)


async def test_progress_follows_the_plan_and_never_goes_back(
    database: Database, bus: Bus, agents: Agents
) -> None:
    agent_id = await _running(agents)
    run_id = await _run_of(database, agents, agent_id)
    run_log = RunLog(database, bus)
    plan = [{"text": "a", "done": True}, {"text": "b", "done": True}]
    now = datetime.now(UTC)
    await run_log.record(run_id, 1, "plan", {"items": plan}, now)
    high = (await agents.get(agent_id)).progress

    await run_log.record(run_id, 2, "plan", {"items": [{"text": "a", "done": False}]}, now)
    await run_log.record(run_id, 3, "phase", {"phase": "cloning"}, now)

    agent = await agents.get(agent_id)
    assert agent.progress == high == 85
    assert agent.plan == ({"text": "a", "done": False},)


async def test_tests_before_the_work_are_no_sign_of_its_end(
    database: Database, bus: Bus, agents: Agents
) -> None:
    agent_id = await _running(agents)
    run_id = await _run_of(database, agents, agent_id)
    run_log = RunLog(database, bus)
    shown = []

    phases = ("setup", "verifying", "working", "verifying", "working", "verifying", "publishing")
    for seq, phase in enumerate(phases, start=1):
        await run_log.record(run_id, seq, "phase", {"phase": phase}, datetime.now(UTC))
        shown.append((await agents.get(agent_id)).progress)

    assert shown == [10, 15, 20, 85, 85, 85, 95]


async def test_cost_is_the_sum_of_all_runs(database: Database, bus: Bus, agents: Agents) -> None:
    agent_id = await _running(agents)
    first = await _run_of(database, agents, agent_id)
    agent = await agents.get(agent_id)
    second = Run(id=RunId(f"{agent_id}-2"), agent_id=agent.id, attempt=2, started_at=LATER)
    await Runs(database).open(second, token_hash="other")
    run_log = RunLog(database, bus)
    now = datetime.now(UTC)

    await run_log.record(first, 1, "usage", {"totalCostUsd": 0.5}, now)
    await run_log.record(second.id, 1, "usage", {"totalCostUsd": 0.25}, now)

    assert (await agents.get(agent_id)).cost_usd == pytest.approx(0.75)


async def test_result_closes_the_run_once(database: Database, bus: Bus, agents: Agents) -> None:
    agent_id = await _running(agents)
    run_id = await _run_of(database, agents, agent_id)
    run_log = RunLog(database, bus)
    outcome = Outcome(status="completed", kind="answer", answer="42", cost_usd=0.1)

    stored = [await run_log.record_result(run_id, 1, outcome) for _ in range(2)]

    run = await Runs(database).get(run_id)
    assert stored == [True, False]
    assert run is not None
    assert run.result["answer"] == "42"
    assert await Runs(database).all_open() == []


async def test_note_on_a_place_goes_when_the_agent_goes_on_elsewhere(agents: Agents) -> None:
    agent, _ = await agents.create(TASK)
    await agents.set_place(agent.id, "fly", "On a Fly Machine: your VPS was away.")
    assert (await agents.get(agent.id)).place_note == "On a Fly Machine: your VPS was away."

    await agents.set_place(agent.id, "vps", "")

    moved = await agents.get(agent.id)
    assert (moved.place, moved.place_note) == ("vps", "")
    told = [event.data.get("text") for event in await agents.events(agent.id)]
    assert told.count("On a Fly Machine: your VPS was away.") == 1
