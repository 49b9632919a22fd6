"""Notifications: each once, to the right devices, and never where they must not go."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.bus import Bus
from bot.db.engine import Database
from bot.wiring.people import PeopleSide
from deploy.devkit.push import Browser as Woken
from deploy.devkit.push import PushStandIn
from mobile_api.push.hosts import PushHosts
from mobile_api.push.pusher import LOOK, Pusher
from tests.fakes.github import REPO
from tests.fakes.phone import Browser, Home, home
from tests.fakes.tasks import TASK
from tests.integration.test_streams import Work, made

CONTACT = "mailto:operator@cadence.test"


@pytest.fixture
async def here(tmp_path: Path, database: Database, bus: Bus) -> AsyncIterator[Home]:
    async with home(tmp_path, database, bus, push_contact=CONTACT, push_loopback=True) as opened:
        yield opened


@pytest.fixture
async def push() -> AsyncIterator[PushStandIn]:
    async with PushStandIn() as service:
        yield service


async def subscribed(dana: Browser, push: PushStandIn) -> Woken:
    phone = push.browser()
    answer = await dana.post(
        "/api/push/subscriptions", phone.subscription | {"device": "Dana's phone"}
    )
    assert answer.status == 201, answer.text
    return phone


async def outcomes(dana: Browser, count: int) -> list[dict[str, Any]]:
    """Wait for *count* entries of the log; return them, oldest first."""
    async with asyncio.timeout(20):
        while True:
            items = (await dana.get("/api/push/log")).body["items"]
            if len(items) >= count:
                return list(reversed(items))
            await asyncio.sleep(0.05)


async def test_a_question_wakes_the_phone_once_and_can_be_opened(
    here: Home, push: PushStandIn
) -> None:
    dana = await here.signed_in()
    phone = await subscribed(dana, push)
    agent_id = await made(dana)
    work = await Work(here, agent_id).begun()

    await work.say("question", text="Which sum?")
    log = await outcomes(dana, 1)

    assert [(one["kind"], one["outcome"]) for one in log] == [("question", "sent")]
    [heard] = phone.heard
    assert heard.payload == {
        "title": "Fix the sum",
        "body": "Which sum?",
        "tag": agent_id,
        "url": f"/app/#/agents/{agent_id}",
        "kind": "question",
    }
    assert heard.contact == CONTACT
    assert heard.headers["urgency"] == "high"
    assert heard.headers["topic"] == agent_id.replace("-", "")
    assert heard.signer == (await dana.get("/api/push/key")).body["publicKey"]
    assert push.refused == []


async def test_pull_request_failure_and_budget_are_told_apart(
    here: Home, push: PushStandIn
) -> None:
    dana = await here.signed_in()
    phone = await subscribed(dana, push)
    for number, task in enumerate(("One", "Two", "Three")):
        agent_id = await made(dana, task)
        await Work(here, agent_id).begun()
        if number == 0:
            await here.agents.set_pull(agent_id, number=5, url="https://x/5", branch="b")
        elif number == 1:
            await here.agents.fail(agent_id, "The tests never ran")
        else:
            await here.agents.fail(agent_id, "The budget of $3.00 is used up ($3.01 spent).")

    await outcomes(dana, 3)

    assert sorted(one.payload["kind"] for one in phone.heard) == [
        "budget",
        "failed",
        "pullRequest",
    ]


async def test_two_coordinators_send_it_once(here: Home, push: PushStandIn) -> None:
    dana = await here.signed_in()
    phone = await subscribed(dana, push)
    agent_id = await made(dana)
    work = await Work(here, agent_id).begun()
    pushers = [_pusher(here.side) for _ in range(4)]
    await work.say("question", text="Which sum?")

    await asyncio.gather(*(one.look([agent_id]) for one in pushers))
    await outcomes(dana, 1)

    assert len(phone.heard) == 1


async def test_what_a_dead_coordinator_claimed_is_sent_by_another(
    here: Home, push: PushStandIn
) -> None:
    dana = await here.signed_in()
    phone = await subscribed(dana, push)
    agent_id = await made(dana)
    work = await Work(here, agent_id).begun()
    agent = await here.agents.get(agent_id)
    now = here.side.keeper.now()
    claimed = await here.side._pushes.claim(
        agent_id=agent_id,
        seq=agent.seq + 1,
        person_id=agent.task.requester.id,
        kind="question",
        at=now.replace(year=2020),
    )
    await work.say("question", text="Which sum?")

    await asyncio.gather(*(_pusher(here.side)._take_over() for _ in range(2)))

    assert claimed is not None
    assert [one.payload["body"] for one in phone.heard] == ["Which sum?"]


def _pusher(side: PeopleSide) -> Pusher:
    made = side._pusher_of()
    assert made is not None
    return made


async def test_nobody_is_woken_who_looks_or_does_not_want_to(here: Home, push: PushStandIn) -> None:
    dana = await here.signed_in()
    phone = await subscribed(dana, push)
    agent_id = await made(dana)
    work = await Work(here, agent_id).begun()
    looking = {"agentId": agent_id, "visible": True, "live": True}
    assert (await dana.post("/api/push/seen", looking)).status == 204
    await work.say("question", text="One?")
    await outcomes(dana, 1)
    assert (await dana.post("/api/push/seen", looking | {"visible": False})).status == 204
    notify = {"question": False, "pullRequest": True, "failed": True, "budget": True}
    assert (await dana.call("PUT", "/api/settings", {"notify": notify})).status == 200
    await work.say("question", text="Two?")

    log = await outcomes(dana, 2)

    assert [one["outcome"] for one in log] == ["suppressed", "suppressed"]
    assert [one["detail"] for one in log] == [
        "you were looking at Cadence",
        "switched off in the settings",
    ]
    assert phone.heard == []


LOOKS = {"visible": True, "live": True}


async def _asks(here: Home, agent_id: str, dana: Browser, text: str) -> str:
    """Let the agent ask something; return what became of the notification."""
    known = len((await dana.get("/api/push/log")).body["items"])
    work = Work(here, agent_id)
    work.said = known
    await work.say("question", text=text)
    return str((await outcomes(dana, known + 1))[-1]["outcome"])


async def _session_of(dana: Browser) -> str:
    found = (await dana.get("/api/auth/sessions")).body["items"]
    return str(next(one["id"] for one in found if one["current"]))


async def test_phone_that_is_looked_at_speaks_for_a_desktop_that_is_closed(
    here: Home, push: PushStandIn
) -> None:
    phone, desktop = await here.signed_in(), await here.signed_in()
    devices = [await subscribed(phone, push), await subscribed(desktop, push)]
    agent_id = await made(phone)
    await Work(here, agent_id).begun()

    await phone.post("/api/push/seen", LOOKS)
    await desktop.post("/api/push/seen", LOOKS | {"visible": False})
    assert await _asks(here, agent_id, phone, "One?") == "suppressed"
    assert [one.heard for one in devices] == [[], []]

    # The phone goes dark without a word: its last proof is too old.
    now = here.side.keeper.now()
    old = now - LOOK - timedelta(seconds=1)
    await here.side.keeper.rows.looked(await _session_of(phone), "", old)
    assert await _asks(here, agent_id, phone, "Two?") == "sent"
    assert [[heard.payload["body"] for heard in one.heard] for one in devices] == [["Two?"]] * 2

    await desktop.post("/api/push/seen", LOOKS)
    assert await _asks(here, agent_id, phone, "Three?") == "suppressed"
    await desktop.post("/api/auth/logout")  # who is signed out proves nothing, and hears nothing
    assert await _asks(here, agent_id, phone, "Four?") == "sent"
    assert [len(one.heard) for one in devices] == [2, 1]


async def test_page_that_shows_nothing_new_is_no_proof(here: Home, push: PushStandIn) -> None:
    dana = await here.signed_in()
    phone = await subscribed(dana, push)
    agent_id = await made(dana)
    await Work(here, agent_id).begun()

    await dana.post("/api/push/seen", LOOKS | {"live": False})
    assert await _asks(here, agent_id, dana, "One?") == "sent"
    await dana.post("/api/push/seen", LOOKS)
    await dana.post("/api/push/seen", LOOKS | {"live": False})
    assert await _asks(here, agent_id, dana, "Two?") == "sent"
    assert len(phone.heard) == 2


async def test_somebody_else_who_looks_proves_nothing(here: Home, push: PushStandIn) -> None:
    here.github.grant(REPO, "erin", "write")
    dana, erin = await here.signed_in(), await here.signed_in("erin")
    await subscribed(dana, push)
    agent_id = await made(dana)
    await Work(here, agent_id).begun()

    await erin.post("/api/push/seen", LOOKS | {"agentId": agent_id})
    assert await _asks(here, agent_id, dana, "One?") == "sent"


async def test_test_button_tells_the_truth_and_dead_devices_are_forgotten(
    here: Home, push: PushStandIn
) -> None:
    dana = await here.signed_in()
    assert (await dana.post("/api/push/test")).body["outcome"] == "no_devices"
    phone = await subscribed(dana, push)
    assert (await dana.post("/api/push/test")).body["outcome"] == "sent"
    phone.status = 500
    assert (await dana.post("/api/push/test")).body["outcome"] == "failed"
    phone.status = 410
    gone = (await dana.post("/api/push/test")).body
    assert (gone["outcome"], gone["detail"]) == ("failed", "the device is gone")
    assert (await dana.post("/api/push/test")).body["outcome"] == "no_devices"


async def test_a_redirect_leads_nowhere(here: Home, push: PushStandIn) -> None:
    dana = await here.signed_in()
    phone, other = await subscribed(dana, push), push.browser()
    phone.redirect = other.endpoint

    assert (await dana.post("/api/push/test")).body["outcome"] == "failed"
    assert other.heard == []


async def test_a_device_that_signed_out_hears_nothing(here: Home, push: PushStandIn) -> None:
    dana, other = await here.signed_in(), await here.signed_in()
    await subscribed(dana, push)

    assert (await dana.post("/api/auth/logout")).status == 204

    assert (await other.post("/api/push/test")).body["outcome"] == "no_devices"


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://169.254.169.254/latest/meta-data",
        "https://169.254.169.254/latest",
        "https://evil.example/push",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evil.example/fcm.googleapis.com",
        "https://fcm.googleapis.com@evil.example/x",
        "https://fcm.googleapis.com:22/x",
        "http://fcm.googleapis.com/x",
        "https://push.apple.com/x",
        "https://apple.com/x",
        "https://fcm.googleapis.com\\@evil.example/x",
        "file:///etc/passwd",
        "https://[::1]/x",
        "https://fcm.googleapis.com:x/",
        "http://127.0.0.1:1/x",
    ],
)
def test_only_push_services_are_called(endpoint: str) -> None:
    hosts = PushHosts(["fcm.googleapis.com", "*.push.apple.com"])

    with pytest.raises(Exception, match="no address of a push service"):
        hosts.check(endpoint)


def test_push_services_are_called() -> None:
    hosts = PushHosts(["fcm.googleapis.com", "*.push.apple.com"])

    hosts.check("https://fcm.googleapis.com/fcm/send/abc")
    hosts.check("https://web.push.apple.com/QAbc")
    PushHosts([], loopback=True).check("http://127.0.0.1:9/x")


async def test_wrong_subscriptions_are_refused(here: Home, push: PushStandIn) -> None:
    dana = await here.signed_in()
    good = push.browser().subscription

    for change in (
        {"endpoint": "https://evil.example/x"},
        {"keys": good["keys"] | {"p256dh": "A" * 88}},
        {"keys": good["keys"] | {"auth": "A" * 40}},
    ):
        assert (await dana.post("/api/push/subscriptions", good | change)).status == 400


async def test_agents_of_people_who_never_signed_in_wake_nobody(
    here: Home, push: PushStandIn
) -> None:
    agent, _ = await here.agents.create(TASK)
    await here.agents.cancel(agent.id, by="dana")
    await _pusher(here.side).look([agent.id])

    assert await here.side._pushes.log(TASK.requester.id, 10) == []
