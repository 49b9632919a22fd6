"""Sentences of no known form, what is said around a command, and words written as names are."""

import re
from pathlib import Path

import pytest

from mobile_api.speech.frame import ACTING, Frame, Intent
from mobile_api.speech.numbers import digits_joined
from mobile_api.speech.text import clean
from mobile_api.speech.understand import by_grammar
from mobile_api.speech.written import rewritten
from tests.fakes.sentences import contexts, person, read

_ROOT = Path(__file__).parents[2]
_TITLES = (
    ("Nightly settlement cutoff", "bank/settlement-engine", "running"),
    ("ACH return codes", "bank/payout-svc", "running"),
    ("Dead letter topic", "bank/kafkaConnect", "paused"),
    ("Parse pain.001 batches", "bank/iso20022-parser", "running"),
    ("3DS challenge flow", "bank/checkoutWeb", "failed"),
)
BANK = person(_TITLES)


def _read(words: str) -> Frame:
    return read(words, BANK)


@pytest.mark.parametrize(
    ("words", "intent", "agents"),
    [
        ("settlement cut off any movement", Intent.STATUS, ("a1",)),
        ("ISO one, done or what?", Intent.STATUS, ("a4",)),
        ("could you let me know how the A C H codes are faring", Intent.STATUS, ("a2",)),
        ("the dead letter topic can go ahead again", Intent.RESUME, ("a3",)),
        ("dead letter topic, unpause", Intent.RESUME, ("a3",)),
        ("right, the return codes, let's give that a little break", Intent.PAUSE, ("a2",)),
        ("agent two, call that one off", Intent.STOP, ("a2",)),
        ("nuke em all, every last one", Intent.STOP, ("*",)),
        ("What on earth went wrong with the three D S flow?", Intent.STATUS, ("a5",)),
    ],
)
def test_words_in_any_order_are_understood_when_each_has_a_part(
    words: str, intent: Intent, agents: tuple[str, ...]
) -> None:
    frame = _read(words)

    assert (frame.intent, frame.agents) == (intent, agents)
    assert frame.needs_confirmation is (intent is Intent.STOP)


@pytest.mark.parametrize(
    ("words", "intent", "agent"),
    [
        ("Gimme a sec, dog's pulling, pause the ISO one.", Intent.PAUSE, "a4"),
        ("Pause the return codes, finance wants a look first.", Intent.PAUSE, "a2"),
        ("pause number two the test server's down", Intent.PAUSE, "a2"),
        ("No, you can't have another biscuit. Cancel the cutoff one.", Intent.STOP, "a1"),
        ("Resume agent three, sorry, I was on mute.", Intent.RESUME, "a3"),
        ("Agent three has had its rest, unpause it.", Intent.RESUME, "a3"),
    ],
)
def test_what_is_said_around_a_command_is_left_out_of_account(
    words: str, intent: Intent, agent: str
) -> None:
    frame = _read(words)

    assert (frame.intent, frame.agents) == (intent, (agent,))
    assert frame.needs_confirmation is (intent is Intent.STOP)


@pytest.mark.parametrize(
    "words",
    [
        "Dana said, pause agent two",
        "if it fails pause agent two",
        "pause agent two or maybe four",
        "stop agent one, or pause it, I dunno",
        "pause agent two unless Dana objects",
        "I could pause agent two",
        "why did you pause agent two",
        "is it wise to resume the dead letter topic",
        "not now, pause agent two",
        "resume my Spotify playlist",
        "take a break and get a return ticket",
        "Sweetheart, stop it.",
        "hey buddy come on stop pulling",
        "resume the dead letter topic when the tests pass",
        "Send a mail to Ana that the return codes are done",
    ],
)
def test_other_talk_does_nothing(words: str) -> None:
    frame = _read(words)

    acts = frame.intent in {Intent.PAUSE, Intent.RESUME, Intent.CREATE}
    assert not (acts and not frame.needs_confirmation)
    assert frame.intent is not Intent.STOP or frame.needs_confirmation


@pytest.mark.parametrize(
    ("heard", "written"),
    [
        ("pause the A C H codes", "pause the ach codes"),
        ("settlement cut off", "settlement cutoff"),
        ("three D S flow", "3ds flow"),
        ("ISO twenty oh twenty two parser", "iso20022 parser"),
        ("pain double oh one", "pain.001"),
        ("check out web's log", "checkout web's log"),
        ("a one off", "a one off"),
    ],
)
def test_words_are_written_as_the_names_that_they_spell(heard: str, written: str) -> None:
    assert rewritten(clean(heard), BANK) == written


@pytest.mark.parametrize(
    ("said", "joined"),
    [
        ("two sixty four", ["2", "64"]),
        ("twenty oh twenty two", ["20", "0", "22"]),
        ("double oh one", ["00", "1"]),
    ],
)
def test_numbers_are_joined_as_they_are_said(said: str, joined: list[str]) -> None:
    assert digits_joined(said.split()) == joined


def test_title_may_have_words_that_tell_a_state() -> None:
    assert _read("resume the dead letter one").agents == ("a3",)
    assert _read("what happened to the one that died").agents == ("a5",)


def test_running_text_starts_pauses_and_resumes_nothing() -> None:
    people = list(contexts("strangers").values())
    texts = [path.read_text() for path in sorted((_ROOT / "docs").rglob("*.md"))]
    sentences = [
        " ".join(one.split())
        for text in texts
        for one in re.split(r"(?<=[.!?])\s+|\n\n|\n[-*] |\|", text)
    ]
    spoken = [one for one in sentences if 8 < len(one) < 180 and re.search("[a-z]{3}", one)]
    assert len(spoken) > 1_000

    acted = [
        one
        for at, one in enumerate(spoken)
        if (frame := by_grammar(one, people[at % len(people)]))
        and frame.intent in ACTING
        and not frame.needs_confirmation
    ]

    assert acted == []
