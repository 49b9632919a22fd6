"""Transcription services behind real sockets: what is sent, and what is made of refusals."""

from collections.abc import AsyncIterator

import pytest

from deploy.devkit.transcription import TranscriptionStandIn
from mobile_api.hearing.deepgram import DeepgramTranscriber
from mobile_api.hearing.ear import Ear
from mobile_api.hearing.hints import hints_for
from mobile_api.hearing.openai import OpenAITranscriber
from mobile_api.hearing.studio import Studio
from mobile_api.speech.frame import Context, KnownAgent
from tests.fakes import voices

CONTEXT = Context(
    repos=("acme/payments-api", "acme/imgResizer"),
    agents=(
        KnownAgent(
            id="a1", number=1, title="Rotate signing keys", repo="acme/payments-api",
            status="running", branch="cadence/rotate-keys",
        ),
    ),
)  # fmt: skip
SPEECH = voices.packed(voices.babble(1.5), "webm")


@pytest.fixture
async def service() -> AsyncIterator[TranscriptionStandIn]:
    async with TranscriptionStandIn() as server:
        yield server


@pytest.fixture
async def studio() -> AsyncIterator[Studio]:
    async with Studio(workers=1, timeout_s=60) as made:
        yield made


class Bureau:
    """Makes clients of the stand-in, and closes them."""

    def __init__(self, service: TranscriptionStandIn) -> None:
        self._service = service
        self._made: list[OpenAITranscriber | DeepgramTranscriber] = []

    def openai(self, model: str = "gpt-transcribe", *, key: str = "") -> OpenAITranscriber:
        service = self._service
        made = OpenAITranscriber(key=key or service.key, base_url=f"{service.url}/v1", model=model)
        self._made.append(made)
        return made

    def deepgram(self) -> DeepgramTranscriber:
        made = DeepgramTranscriber(
            key=self._service.key, base_url=self._service.url, model="nova-3"
        )
        self._made.append(made)
        return made

    async def close(self) -> None:
        for one in self._made:
            await one.close()


@pytest.fixture
async def bureau(service: TranscriptionStandIn) -> AsyncIterator[Bureau]:
    made = Bureau(service)
    yield made
    await made.close()


async def test_openai_gets_keywords_languages_and_a_name_with_the_right_ending(
    service: TranscriptionStandIn, studio: Studio, bureau: Bureau
) -> None:
    service.say("pause agent one")

    heard = await Ear(studio, [bureau.openai()]).hear(SPEECH, CONTEXT, ("de", "en"))

    (sent,) = service.requests
    assert (heard.text, heard.language, heard.low_trust) == ("pause agent one", "en", False)
    assert sent.fields["languages[]"] == ["de", "en"]
    assert {"payments api", "img resizer", "signing", "cadence/rotate-keys"} <= set(
        sent.fields["keywords[]"]
    )
    assert len(sent.fields["keywords[]"]) <= 100
    assert (sent.name, sent.media, sent.data) == ("command.webm", "audio/webm", SPEECH)
    assert "prompt" not in sent.fields


async def test_whisper_gets_a_sentence_instead_of_keywords(
    service: TranscriptionStandIn, studio: Studio, bureau: Bureau
) -> None:
    service.say("status")

    await Ear(studio, [bureau.openai("whisper-1")]).hear(SPEECH, CONTEXT, ("de",))

    (sent,) = service.requests
    assert sent.fields["prompt"][0].startswith("Ein Sprachbefehl")
    assert sent.fields["language"] == ["de"]
    assert "keywords[]" not in sent.fields


async def test_deepgram_gets_keyterms(
    service: TranscriptionStandIn, studio: Studio, bureau: Bureau
) -> None:
    service.say("status please")

    heard = await Ear(studio, [bureau.deepgram()]).hear(SPEECH, CONTEXT, ("en",))

    (sent,) = service.requests
    assert heard.text == "status please"
    assert sent.fields["model"] == ["nova-3"]
    assert sent.fields["language"] == ["en"]
    assert "payments api" in sent.fields["keyterm"]
    assert sent.media == "application/octet-stream"
    assert sent.data == SPEECH


async def test_recording_without_a_duration_reaches_the_service_with_one(
    service: TranscriptionStandIn, studio: Studio, bureau: Bureau
) -> None:
    service.say("pause")
    live = voices.packed(voices.babble(1.5), "webm", has_duration=False)

    heard = await Ear(studio, [bureau.openai()]).hear(live, CONTEXT, ())

    assert heard.text == "pause"
    assert service.requests[0].data != live


@pytest.mark.parametrize("status", [500, 503, 429, 0], ids=str)
async def test_service_that_does_not_answer_is_asked_once_more(
    service: TranscriptionStandIn, studio: Studio, bureau: Bureau, status: int
) -> None:
    service.fail(status)
    service.say("resume")

    heard = await Ear(studio, [bureau.openai()]).hear(SPEECH, CONTEXT, ())

    assert (heard.text, len(service.requests)) == ("resume", 2)


async def test_after_two_failures_the_next_service_is_asked_and_then_it_is_told(
    service: TranscriptionStandIn, studio: Studio, bureau: Bureau
) -> None:
    service.fail(500, times=2)
    service.say("stop it")
    both = Ear(studio, [bureau.openai(), bureau.deepgram()])

    assert (await both.hear(SPEECH, CONTEXT, ())).text == "stop it"
    assert [one.path for one in service.requests] == ["/v1/audio/transcriptions"] * 2 + [
        "/v1/listen"
    ]

    service.fail(500, times=4)
    assert (await both.hear(SPEECH, CONTEXT, ())).problem == "away"


async def test_wrong_key_is_not_tried_twice(
    service: TranscriptionStandIn, studio: Studio, bureau: Bureau
) -> None:
    heard = await Ear(studio, [bureau.openai(key="wrong")]).hear(SPEECH, CONTEXT, ())

    assert (heard.problem, len(service.requests)) == ("away", 1)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        pytest.param(voices.silence(2), "silence", id="silence"),
        pytest.param(voices.noise(2), "noise", id="noise"),
        pytest.param(voices.tone(2), "noise", id="a hum"),
    ],
)
async def test_sound_without_words_is_not_sent(
    service: TranscriptionStandIn, studio: Studio, bureau: Bureau, data: bytes, problem: str
) -> None:
    heard = await Ear(studio, [bureau.openai()]).hear(data, CONTEXT, ())

    assert (heard.problem, heard.text, service.requests) == (problem, "", [])


@pytest.mark.parametrize(
    "text",
    ["Thanks for watching!", "you", "♪♪", "Untertitel der Amara.org-Community", "[BLANK_AUDIO]"],
)
async def test_what_is_heard_in_music_is_dropped(
    service: TranscriptionStandIn, studio: Studio, bureau: Bureau, text: str
) -> None:
    service.say(text)

    heard = await Ear(studio, [bureau.openai()]).hear(voices.tone(3, beat=1.5), CONTEXT, ())

    assert (heard.problem, heard.text) == ("silence", "")


@pytest.mark.parametrize(
    ("data", "is_heard"),
    [
        pytest.param(voices.rising(4), False, id="music that swells"),
        pytest.param(voices.tone(3, beat=2), True, id="a chord that throbs"),
        pytest.param(voices.tune(4), True, id="a tune"),
    ],
)
async def test_command_that_is_heard_in_music_is_not_trusted(
    service: TranscriptionStandIn, studio: Studio, bureau: Bureau, data: bytes, is_heard: bool
) -> None:
    service.say("pause agent one")

    heard = await Ear(studio, [bureau.openai()]).hear(data, CONTEXT, ())

    assert len(service.requests) == is_heard
    assert heard.low_trust is is_heard
    assert heard.text == ("pause agent one" if is_heard else "")


@pytest.mark.parametrize("kind", ["webm", "ogg", "mp4"])
async def test_recording_that_is_cut_reaches_the_service_whole_and_is_not_trusted(
    service: TranscriptionStandIn, studio: Studio, bureau: Bureau, kind: str
) -> None:
    service.say("pause agent one")
    data = voices.packed(voices.babble(4), kind, has_duration=kind == "ogg")

    heard = await Ear(studio, [bureau.openai()]).hear(data[: len(data) - 37], CONTEXT, ())

    assert (heard.text, heard.low_trust) == ("pause agent one", True)
    assert service.requests[0].name == "command.wav"
    assert 2.0 < heard.seconds < 4.1


def test_hints_are_short_and_bounded() -> None:
    many = Context(repos=tuple(f"acme/{'very-' * 20}long-{n}" for n in range(300)))

    terms = hints_for(many, ()).terms

    assert len(terms) <= 100
    assert all(len(term) <= 50 for term in terms)
