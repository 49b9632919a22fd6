"""Who may see and do what with agents, the same request twice, and questions with one answer."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.bus import Bus
from bot.db.engine import Database
from bot.texts import status_comment
from bot.texts.telling import Telling, after
from tests.fakes.github import REPO
from tests.fakes.phone import Browser, Home, home
from tests.integration.test_streams import Work, made

WANTED = {"repo": REPO, "task": "Fix the sum"}


@pytest.fixture
async def here(tmp_path: Path, database: Database, bus: Bus) -> AsyncIterator[Home]:
    async with home(tmp_path, database, bus) as opened:
        yield opened


async def test_only_writers_where_the_app_is_installed_may_start(here: Home) -> None:
    github = here.github
    await github.repository("acme/vault", files={"a": "b"})
    await github.repository("other/public", files={"a": "b"}, private=False)
    github.grant("other/public", "dana", "admin")
    rita, dana = await here.signed_in("rita"), await here.signed_in("dana")

    answers = [
        await rita.post("/api/agents", WANTED),  # may only read
        await dana.post("/api/agents", WANTED | {"repo": "acme/vault"}),  # may not see
        await dana.post("/api/agents", WANTED | {"repo": "other/public"}),  # no App there
        await dana.post("/api/agents", WANTED | {"repo": "acme/none"}),
        await dana.post("/api/agents", WANTED | {"repo": "../../user"}),
    ]

    assert [one.status for one in answers] == [404] * 5
    assert here.started == []
    assert [one["fullName"] for one in (await dana.get("/api/repos")).body["items"]] == [REPO]
    assert (await rita.get("/api/repos")).body["items"] == []


async def test_a_permission_that_is_gone_is_noticed_at_once_for_acts(here: Home) -> None:
    dana = await here.signed_in()
    agent_id = await made(dana)
    here.github.grant(REPO, "dana", "read")

    for verb in ("pause", "stop", "retry"):
        assert (await dana.post(f"/api/agents/{agent_id}/{verb}")).status == 404, verb
    said = await dana.post(f"/api/agents/{agent_id}/messages", {"text": "stop it"})
    assert said.status == 404
    assert (await dana.post("/api/agents", WANTED)).status == 404


async def test_a_permission_that_is_gone_hides_agents_within_a_minute(here: Home) -> None:
    dana = await here.signed_in()
    agent_id = await made(dana)
    assert (await dana.get(f"/api/agents/{agent_id}")).status == 200
    here.github.grant(REPO, "dana", "none")
    clock = here.side.reaches._now()
    here.side.reaches._now = lambda: clock + 61

    assert (await dana.get(f"/api/agents/{agent_id}")).status == 404
    assert (await dana.get(f"/api/agents/{agent_id}/logs")).status == 404
    assert (await dana.get(f"/api/agents/{agent_id}/events")).status == 404
    assert (await dana.get("/api/agents")).body["items"] == []


async def test_the_same_key_makes_one_agent_and_one_answer(here: Home) -> None:
    dana = await here.signed_in()

    first, second = await asyncio.gather(
        dana.post("/api/agents", WANTED, Idempotency_Key="k1"),
        dana.post("/api/agents", WANTED, Idempotency_Key="k1"),
    )
    third = await dana.post("/api/agents", WANTED, Idempotency_Key="k1")
    other = await dana.post("/api/agents", WANTED | {"task": "x"}, Idempotency_Key="k1")

    assert {first.status, second.status} <= {201, 409}
    assert third.status == 201
    assert third.headers["Idempotent-Replayed"] == "true"
    assert (other.status, other.kind) == (422, "idempotency-key-reused")
    assert len((await dana.get("/api/agents")).body["items"]) == 1
    erin_may = await _writer(here, "erin")
    assert (await erin_may.post("/api/agents", WANTED, Idempotency_Key="k1")).status == 201


async def _writer(here: Home, login: str) -> Browser:
    here.github.grant(REPO, login, "write")
    return await here.signed_in(login)


async def test_a_refusal_is_not_kept(here: Home) -> None:
    dana = await here.signed_in()
    # Once, and as often as it is tried again by itself.
    here.github.fault(r"/repos/.*/installation", status=502, times=4)

    away = await dana.post("/api/agents", WANTED, Idempotency_Key="k")
    again = await dana.post("/api/agents", WANTED, Idempotency_Key="k")

    assert (away.status, again.status) == (503, 201)
    assert len(here.started) == 1


async def test_lists_have_cursors_and_filters(here: Home) -> None:
    dana = await here.signed_in()
    ids = [await made(dana, f"Task {n}") for n in range(5)]
    await dana.post(f"/api/agents/{ids[0]}/stop")

    first = (await dana.get("/api/agents?limit=2")).body
    second = (await dana.get(f"/api/agents?limit=2&cursor={first['nextCursor']}")).body
    third = (await dana.get(f"/api/agents?limit=2&cursor={second['nextCursor']}")).body

    seen = [one["id"] for page in (first, second, third) for one in page["items"]]
    assert seen == list(reversed(ids))
    assert third["nextCursor"] is None
    active = (await dana.get("/api/agents?status=active")).body["items"]
    assert len(active) == 4
    assert [one["number"] for one in (await dana.get("/api/agents?status=done")).body["items"]] == [
        1
    ]
    assert len((await dana.get("/api/agents?q=task+3")).body["items"]) == 1
    assert (await dana.get("/api/agents?q=100%25_")).body["items"] == []
    assert (await dana.get("/api/agents?limit=0")).status == 400
    assert (await dana.get("/api/agents?cursor=x")).status == 400


async def test_a_month_that_is_used_up_is_told_politely(tmp_path: Path, database: Database) -> None:
    async with home(tmp_path, database, Bus(), free_agents=1) as here:
        dana = await here.signed_in()
        await made(dana)

        refused = await dana.post("/api/agents", WANTED)
        usage = (await dana.get("/api/usage")).body

    assert (refused.status, refused.kind) == (429, "quota-exceeded")
    assert "acme has had 1 agents this month" in refused.body["detail"]
    assert (usage["agents"], usage["limit"], usage["plan"]) == (1, 1, "free")


async def test_wrong_branch_and_model_are_named(here: Home) -> None:
    dana = await here.signed_in()

    branch = await dana.post("/api/agents", WANTED | {"branch": "nowhere"})
    model = await dana.post("/api/agents", WANTED | {"model": "gpt-1"})
    good = await dana.post("/api/agents", WANTED | {"branch": "main", "budgetUsd": 2})

    assert (branch.status, model.status, good.status) == (400, 400, 201)
    assert "there is no branch nowhere" in branch.body["detail"]


async def test_retry_is_a_new_agent_with_the_same_task(here: Home) -> None:
    dana = await here.signed_in()
    agent_id = await made(dana)
    too_soon = await dana.post(f"/api/agents/{agent_id}/retry")
    await dana.post(f"/api/agents/{agent_id}/stop")

    again = await dana.post(f"/api/agents/{agent_id}/retry")

    assert (too_soon.status, too_soon.kind) == (409, "illegal-transition")
    assert again.status == 201
    assert again.body["taskDescription"] == "Fix the sum"
    assert again.body["number"] == 2
    assert again.body["branch"] != too_soon.body.get("branch")


async def test_the_first_answer_counts_and_the_issue_is_told(here: Home) -> None:
    dana, other = await here.signed_in(), await here.signed_in()
    agent_id = await made(dana)
    work = await Work(here, agent_id).begun()
    await work.say("question", text="Which sum?", options=["left", "right"])
    asked = (await dana.get(f"/api/agents/{agent_id}")).body["question"]
    assert asked["options"] == ["left", "right"]
    reply = {"questionId": asked["id"], "text": "the left one"}

    first, second = await asyncio.gather(
        dana.post(f"/api/agents/{agent_id}/answer", reply),
        other.post(f"/api/agents/{agent_id}/answer", reply | {"text": "the right one"}),
    )

    assert sorted([first.status, second.status]) == [200, 409]
    lost = first if first.status == 409 else second
    assert lost.kind == "already-answered"
    words = [one.text for one in await here.agents.messages(agent_id)]
    assert len(words) == 1
    agent = await here.agents.get(agent_id)
    assert agent.question is None
    telling = Telling()
    for event in await here.agents.events(agent_id):
        telling = after(telling, event)
    view = status_comment.View(agent=agent, base_url="", answered=telling.answered)
    assert f"dana answered in the app:\n\n> {words[0]}" in status_comment.render(view)


async def test_an_answer_under_the_issue_counts_and_the_phone_is_told(here: Home) -> None:
    dana = await here.signed_in()
    agent_id = await made(dana)
    work = await Work(here, agent_id).begun()
    await work.say("question", text="Which sum?")
    asked = (await dana.get(f"/api/agents/{agent_id}")).body["question"]

    async with dana.stream("/api/events") as stream:
        await stream.until("agent")
        await here.agents.say(agent_id, "the left one", author="erin", source_ref="comment:1")
        notice = (await stream.until("notice"))[-1].data
    late = await dana.post(
        f"/api/agents/{agent_id}/answer", {"questionId": asked["id"], "text": "the right one"}
    )

    assert notice["kind"] == "answered"
    assert notice["text"] == "erin answered: the left one"
    assert (late.status, late.kind) == (409, "already-answered")
    kinds = [event.kind for event in await here.agents.events(agent_id)]
    assert kinds[-2:] == ["question", "answer"]


async def test_a_question_that_nobody_answers_closes_by_itself(here: Home) -> None:
    dana = await here.signed_in()
    agent_id = await made(dana)
    work = await Work(here, agent_id).begun()
    await work.say("question", text="Which sum?")

    await work.say("tool_result", name="ask", isError=False, output="Nobody answered", seconds=600)

    assert (await dana.get(f"/api/agents/{agent_id}")).body["question"] is None


async def test_settings_are_kept_and_used(here: Home) -> None:
    dana = await here.signed_in()
    before = (await dana.get("/api/settings")).body
    chosen = before | {"budgetUsd": 1.5, "language": "de", "defaultRepo": REPO}

    kept = await dana.call("PUT", "/api/settings", chosen)

    assert kept.body == chosen
    assert (await dana.get("/api/settings")).body == chosen
    assert (await dana.get("/api/me")).body["language"] == "de"
    agent = await here.agents.get(await made(dana))
    assert agent.task.options.budget_usd == 1.5
    wrong = await dana.call("PUT", "/api/settings", {"language": "xx"})
    assert (wrong.status, wrong.kind) == (400, "invalid-request")


async def test_requests_are_counted_per_person(here: Home) -> None:
    dana, erin = await here.signed_in(), await here.signed_in("erin")
    answers = [await dana.post("/api/push/test") for _ in range(32)]

    assert answers[0].headers["RateLimit-Policy"] == '"create";q=30;w=60'
    assert '"create";r=29' in answers[0].headers["RateLimit"]
    assert answers[-1].status == 429
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert (await erin.post("/api/push/test")).status == 503  # not set up here, but not counted
