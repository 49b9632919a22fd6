"""``/api/voice`` through the guard: signed in, as a form or as JSON, to a real agent."""

import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.bus import Bus
from bot.db.engine import Database
from bot.settings import Settings
from bot.wiring.voice import VoiceSide
from deploy.devkit.transcription import TranscriptionStandIn
from mobile_api.guard import add_headers, problems
from mobile_api.voice.house import House
from tests.fakes import voices
from tests.fakes.github import REPO
from tests.fakes.phone import Browser, Home, home

SPEECH = voices.packed(voices.babble(1.5), "webm")
STILL = voices.packed(voices.silence(2), "webm", has_duration=False)


class Phone:
    """Dana's phone at the spoken part of the API."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser, self.url = browser, url

    async def say(self, words: str, **headers: str) -> Any:
        body = {"transcript": words, "clientContext": {"focus": None, "language": "en-GB"}}
        return await self.browser.post(f"{self.url}/api/voice/commands", body, **headers)

    async def confirm(self, command_id: str, body: dict[str, str]) -> Any:
        return await self.browser.post(f"{self.url}/api/voice/commands/{command_id}/confirm", body)

    async def play(
        self,
        audio: bytes,
        *,
        name: str = "speech.webm",
        csrf: bool = True,
        key: str = "",
        to: str = "commands",
    ) -> tuple[int, dict[str, Any], Any]:
        form = aiohttp.FormData()
        form.add_field(
            "audio", io.BytesIO(audio), filename=name, content_type="application/octet-stream"
        )
        form.add_field(
            "clientContext", json.dumps({"language": "en"}), content_type="application/json"
        )
        headers = {"X-CSRF-Token": self.browser.cookie("cadence_csrf")} if csrf else {}
        headers |= {"Idempotency-Key": key} if key else {}
        url = f"{self.url}/api/voice/{to}"
        async with self.browser.session.post(url, data=form, headers=headers) as answer:
            return answer.status, await answer.json(content_type=None), answer.headers


async def _voice(here: Home, **chosen: Any) -> tuple[web.AppRunner, str]:
    """Serve the spoken part on a port of its own; browsers send the same cookies."""
    side = here.side
    house = House(side.acts, side.lists, side.reaches, side.choices)
    settings = Settings(**chosen)
    voice = VoiceSide(settings, here.database, house, house)
    app = web.Application(middlewares=[problems])
    app.on_response_prepare.append(add_headers)
    side.guard.mount(app, voice.endpoints())
    app.cleanup_ctx.append(voice.running)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


@pytest.fixture
async def here(tmp_path: Path, database: Database, bus: Bus) -> AsyncIterator[Home]:
    async with home(tmp_path, database, bus) as made:
        yield made


@pytest.fixture
async def service() -> AsyncIterator[TranscriptionStandIn]:
    async with TranscriptionStandIn() as server:
        yield server


@pytest.fixture
async def phone(here: Home, service: TranscriptionStandIn) -> AsyncIterator[Phone]:
    runner, url = await _voice(
        here, stt="openai", stt_url=f"{service.url}/v1", stt_key=SecretStr(service.key)
    )
    yield Phone(await here.signed_in(), url)
    await runner.cleanup()


async def test_spoken_words_start_an_agent_and_a_yes_stops_it(
    here: Home, service: TranscriptionStandIn, phone: Phone
) -> None:
    name = REPO.rpartition("/")[2]
    service.say(f"Start an agent on {name} to fix the sum.", "Stop agent one.")

    status, started, headers = await phone.play(SPEECH)
    assert (status, started["state"]) == (200, "done"), started
    assert started["transcript"] == f"Start an agent on {name} to fix the sum."
    assert (started["agent"]["source"], started["agent"]["number"]) == ("MOBILE_APP", 1)
    assert started["timings"]["transcriptionMs"] > 0
    assert headers["Cache-Control"] == "no-store"
    assert [agent.id for agent in here.started] == [started["agent"]["id"]]

    _, asked, _ = await phone.play(SPEECH)
    assert (asked["state"], asked["confirm"]["action"]) == ("needs_confirmation", "stop_agent")
    done = await phone.confirm(asked["id"], {"answer": "yes"})
    assert (done.body["state"], done.body["agent"]["status"]) == ("done", "cancelled")
    assert (await phone.confirm(asked["id"], {"answer": "yes"})).status == 409


async def test_recording_sent_again_with_its_key_is_answered_alike(
    here: Home, service: TranscriptionStandIn, phone: Phone
) -> None:
    service.say(f"start an agent on {REPO.rpartition('/')[2]} to fix the sum")

    _, first, _ = await phone.play(SPEECH, key="k1")
    status, again, headers = await phone.play(SPEECH, key="k1")

    assert (status, again) == (200, first)
    assert headers["Idempotent-Replayed"] == "true"
    assert (len(here.started), len(service.requests)) == (1, 1)
    assert (await phone.play(voices.packed(voices.babble(1.0), "webm"), key="k1"))[0] == 422


async def test_transcript_is_what_was_said_and_nothing_is_done(
    here: Home, service: TranscriptionStandIn, phone: Phone
) -> None:
    name = REPO.rpartition("/")[2]
    started = (await phone.say(f"start an agent on {name} to fix the sum")).body["agent"]
    pending = (await phone.say("stop agent one")).body
    said = [f"Start an agent on {name} to break the sum.", "Stop all agents.", "Yes."]
    service.say(*said)

    answers = [await phone.play(SPEECH, to="transcripts") for _ in said]

    assert [(status, body) for status, body, _ in answers] == [
        (200, {"transcript": words, "language": "en"}) for words in said
    ]
    assert answers[0][2]["RateLimit"].startswith('"voice"')
    [agent] = (await phone.browser.get("/api/agents")).body["items"]
    assert (agent["id"], agent["status"]) == (started["id"], started["status"])
    done = await phone.confirm(pending["id"], {"answer": "yes"})  # "Yes." did not answer it
    assert done.body["agent"]["status"] == "cancelled"


async def test_transcript_of_nothing_is_a_problem_in_the_persons_words(
    service: TranscriptionStandIn, phone: Phone
) -> None:
    quiet, silent, _ = await phone.play(voices.silence(1.0), name="a.wav", to="transcripts")
    service.fail(500, times=2)
    away, later, headers = await phone.play(SPEECH, to="transcripts")

    assert (quiet, silent["type"]) == (422, "nothing-heard")
    assert silent["detail"] == "I heard nothing. Try again, or type it."
    assert (away, later["detail"]) == (
        503,
        "I could not hear that just now. Try again, or type it.",
    )
    assert int(headers["Retry-After"]) > 0


async def test_transcripts_refuse_what_commands_refuse(here: Home, phone: Phone) -> None:
    stranger = Phone(here.browser(), phone.url)
    url = f"{phone.url}/api/voice/transcripts"

    assert (await stranger.play(SPEECH, to="transcripts"))[0] == 401
    assert (await phone.play(SPEECH, to="transcripts", csrf=False))[0] == 403
    status, body, _ = await phone.play(b"PK\x03\x04" + bytes(400), to="transcripts")
    assert (status, body["type"]) == (400, "bad-audio")
    for size in (5_250_000, 5_400_000):
        assert (await phone.play(bytes(size), to="transcripts"))[0] == 413
    assert (await phone.browser.post(url, {"transcript": "stop all agents"})).status == 415
    assert (await phone.browser.post(url)).body["detail"] == "audio: the form has no recording"


@pytest.mark.parametrize(
    ("audio", "name", "why"),
    [
        pytest.param(b"PK\x03\x04" + bytes(400), "command.m4a", "no recording", id="a zip"),
        pytest.param(SPEECH[:300], "speech.webm", "cannot be read|cut off", id="cut off"),
        pytest.param(STILL[:-3], "speech.webm", "before anything can be heard", id="cut silence"),
        pytest.param(b"", "speech.webm", "empty", id="nothing"),
    ],
)
async def test_bad_recordings_are_problems(phone: Phone, audio: bytes, name: str, why: str) -> None:
    status, body, _ = await phone.play(audio, name=name)

    assert (status, body["type"]) == (400, "bad-audio")
    assert any(part in body["detail"] for part in why.split("|"))


async def test_silence_and_a_service_that_is_away_are_told_in_a_sentence(
    service: TranscriptionStandIn, phone: Phone
) -> None:
    _, quiet, _ = await phone.play(voices.silence(1.0), name="a.wav")
    service.fail(500, times=2)
    _, away, _ = await phone.play(SPEECH)

    assert (quiet["state"], quiet["speech"]) == (
        "rejected",
        "I heard nothing. Try again, or type it.",
    )
    assert (away["state"], away["speech"]) == (
        "rejected", "I could not hear that just now. Try again, or type it.",
    )  # fmt: skip


async def test_strangers_and_foreign_pages_get_nothing(here: Home, phone: Phone) -> None:
    stranger = Phone(here.browser(), phone.url)

    assert (await stranger.say("status")).status == 401
    status, _, _ = await phone.play(SPEECH, csrf=False)
    assert status == 403
    text = await phone.browser.session.post(
        f"{phone.url}/api/voice/commands", data="pause", headers={"Content-Type": "text/plain"}
    )
    assert text.status in {403, 415}


@pytest.mark.parametrize(
    "body",
    [
        {}, {"transcript": 5}, {"transcript": "x", "more": 1}, {"transcript": "x" * 2001},
        {"transcript": "x", "clientContext": {"focus": ["a"]}},
    ],
    ids=["empty", "number", "more", "long", "focus"],
)  # fmt: skip
async def test_bodies_that_make_no_sense_are_problems(phone: Phone, body: dict[str, Any]) -> None:
    answer = await phone.browser.post(f"{phone.url}/api/voice/commands", body)

    assert (answer.status, answer.kind) == (400, "invalid-request")


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"--b\r\n\r\n\r\n--b--\r\n", id="no part with a name"),
        pytest.param(
            b'--b\r\nContent-Disposition: form-data; name="\x05"\r\n\r\nx\r\n--b--', id="bell"
        ),
        pytest.param(b'--b\r\nContent-Disposition: form-data; name="audio"\r\n\r\nx', id="no end"),
        pytest.param(b"--another\r\n\r\n--another--", id="another boundary"),
    ],
)
async def test_broken_forms_are_problems(phone: Phone, form: bytes) -> None:
    headers = {
        "Content-Type": "multipart/form-data; boundary=b",
        "X-CSRF-Token": phone.browser.cookie("cadence_csrf"),
    }
    url = f"{phone.url}/api/voice/commands"

    async with phone.browser.session.post(url, data=form, headers=headers) as answer:
        assert answer.status == 400, await answer.text()
        assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(
    "body", [{}, {"answer": "maybe"}, {"answer": "yes", "choice": "x"}], ids=str
)
async def test_answers_that_make_no_sense_are_problems(phone: Phone, body: dict[str, str]) -> None:
    asked = (await phone.say("stop everything")).body

    assert (await phone.confirm(asked["id"], body)).status == 400
    assert (await phone.confirm("nothing", {"answer": "yes"})).status == 404


async def test_languages_are_listed(phone: Phone) -> None:
    listed = (await phone.browser.get(f"{phone.url}/api/voice/languages")).body

    assert [one["code"] for one in listed["items"]] == ["en", "de", "es", "fr"]


@voices.needs_flite
async def test_without_a_key_this_machine_hears_and_everything_is_asked_about(
    here: Home, tmp_path: Path
) -> None:
    runner, url = await _voice(here, stt="local")
    phone = Phone(await here.signed_in(), url)
    name = REPO.rpartition("/")[2].replace("-", " ")

    status, asked, _ = await phone.play(
        voices.packed(voices.spoken(f"start an agent on {name} to fix the tests", tmp_path), "webm")
    )

    assert (status, asked["state"]) == (200, "needs_confirmation"), asked
    assert asked["entities"]["task"] == "fix the tests"
    assert here.started == []
    assert (await phone.confirm(asked["id"], {"answer": "yes"})).body["state"] == "done"
    assert len(here.started) == 1
    await runner.cleanup()
