"""What ``/metrics`` tells of spoken commands: differences, as the counters are the process's."""

import re
from collections.abc import AsyncIterator
from typing import Any

import prometheus_client
import pytest

from bot.agents import Agents
from bot.db.engine import Database
from deploy.devkit.transcription import TranscriptionStandIn
from mobile_api.hearing.ear import Ear
from mobile_api.hearing.openai import OpenAITranscriber
from mobile_api.hearing.studio import Studio
from mobile_api.voice.commands import Said
from mobile_api.voice.metrics import EVENTS
from mobile_api.voice.views import ClientContext, ConfirmAsked
from tests.fakes import voices
from tests.fakes.house import MARA, Clock, FakeHouse, commands_of

PREFIX = "cadence_voice_"
SPEECH = voices.babble(1.5)


class Counted:
    """How far the counters moved since this was made."""

    def __init__(self) -> None:
        self._before = self._now()

    def __call__(self, name: str, **labels: str) -> float:
        key = (PREFIX + name, tuple(sorted(labels.items())))
        return self._now().get(key, 0.0) - self._before.get(key, 0.0)

    def _now(self) -> dict[Any, float]:
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in prometheus_client.REGISTRY.collect()
            for sample in family.samples
        }


class Scene:
    def __init__(self, database: Database, agents: Agents, ear: Ear) -> None:
        self.clock = Clock()
        self.house = FakeHouse(agents)
        self.commands = commands_of(database, self.house, ear=ear, now=self.clock)
        self.other = commands_of(database, self.house, ear=ear, now=self.clock)
        self.counted = Counted()

    async def say(self, words: str) -> dict[str, Any]:
        answer, _ = await self.commands.said(MARA, Said(transcript=words, client=ClientContext()))
        return answer

    async def play(self) -> dict[str, Any]:
        answer, _ = await self.commands.said(MARA, Said(audio=SPEECH, client=ClientContext()))
        return answer

    def confirmations(self) -> dict[str, float]:
        told = {event: self.counted("confirmations_total", event=event) for event in EVENTS}
        return {event: count for event, count in told.items() if count}


@pytest.fixture
async def service() -> AsyncIterator[TranscriptionStandIn]:
    async with TranscriptionStandIn() as server:
        yield server


@pytest.fixture
async def scene(
    database: Database, agents: Agents, service: TranscriptionStandIn
) -> AsyncIterator[Scene]:
    async with Studio(workers=1, timeout_s=60) as studio:
        openai = OpenAITranscriber(
            key=service.key, base_url=f"{service.url}/v1", model="gpt-transcribe"
        )
        made = Scene(database, agents, Ear(studio, [openai]))
        await made.house.working("crumb/oven-controller", "Validate temperature readings")
        await made.house.working("crumb/order-portal", "Export orders as CSV")
        yield made
        await openai.close()


async def test_transcriptions_are_timed_and_their_failures_counted(
    scene: Scene, service: TranscriptionStandIn
) -> None:
    service.fail(500)
    service.say("how is agent one doing")
    assert (await scene.play())["intent"] == "check_status"
    service.fail(400)
    assert (await scene.play())["state"] == "rejected"

    counted = scene.counted
    assert counted("transcription_duration_seconds_count", provider="openai") == 1
    assert counted("transcription_duration_seconds_sum", provider="openai") > 0
    assert counted("audio_seconds_total", provider="openai") == pytest.approx(1.5)
    failures = {
        reason: counted("transcription_failures_total", provider="openai", reason=reason)
        for reason in ("away", "refused")
    }
    assert failures == {"away": 1, "refused": 1}
    assert counted("unknown_commands_total", reason="away") == 1


async def test_intents_are_counted_and_why_some_are_not_understood(scene: Scene) -> None:
    for words in ("pause agent one", "what a fine day", "don't stop agent one", "status"):
        await scene.say(words)

    def intents(name: str) -> float:
        return sum(
            scene.counted("commands_total", intent=name, source=s) for s in ("grammar", "none")
        )

    assert [intents(name) for name in ("pause_agent", "check_status", "unknown")] == [1, 1, 2]
    assert scene.counted("unknown_commands_total", reason="negated") == 1


async def test_confirmations_are_counted_by_what_became_of_them(scene: Scene) -> None:
    for answer in (
        ConfirmAsked(answer="no"),
        ConfirmAsked(transcript="how is agent one doing"),
        ConfirmAsked(answer="yes"),
    ):
        asked = await scene.say("stop agent one")
        await scene.commands.confirmed(MARA, asked["id"], answer)

    assert scene.confirmations() == {"asked": 3, "declined": 1, "corrected": 1, "given": 1}


async def test_confirmation_that_nobody_gave_is_counted_once_by_whoever_sees_it(
    scene: Scene,
) -> None:
    asked = await scene.say("stop agent one")
    await scene.say("pause agent two")  # it can be taken back for a while: no confirmation
    scene.clock.forward(300)
    await scene.commands.expire()
    late = await scene.commands.confirmed(MARA, asked["id"], ConfirmAsked(answer="yes"))
    assert late["speech"] == "That was too long ago. Please say it again."
    assert scene.confirmations() == {"asked": 1}

    scene.clock.forward(400)
    await scene.other.expire()
    await scene.commands.expire()
    await scene.other.expire()

    assert scene.confirmations() == {"asked": 1, "expired": 1}
    assert scene.house.done == [("pause", 2)]


def test_names_and_units_are_as_prometheus_wants_them() -> None:
    text = prometheus_client.generate_latest().decode()

    names = set(re.findall(rf"^# TYPE ({PREFIX}\w+) (\w+)$", text, re.MULTILINE))
    assert {kind for name, kind in names if name.endswith("_total")} == {"counter"}
    assert all(name.endswith(("_total", "_seconds", "_created")) for name, _ in names)
    for event in EVENTS:  # there before anything happened
        assert f'{PREFIX}confirmations_total{{event="{event}"}}' in text
    assert text.count("# HELP cadence_voice_") == len(names)
