"""Sentences in two languages at once: told from those in one, and nothing is done for them."""

import pytest

from mobile_api.speech.frame import ACTING, Context, Frame, Intent, KnownAgent
from mobile_api.speech.mixture import languages_of, unmixed
from mobile_api.speech.understand import by_grammar
from tests.fakes.sentences import corpus

CONTEXT = Context(
    repos=("crumb/oven-controller", "crumb/order-portal", "crumb/los-pagos"),
    agents=(
        KnownAgent(
            id="a", number=1, title="Fix the login test", repo="crumb/oven-controller",
            status="running", started="1",
        ),
        KnownAgent(
            id="b", number=2, title="Export orders as CSV", repo="crumb/order-portal",
            status="paused", started="2",
        ),
    ),
)  # fmt: skip
MIXED = [
    "pausiere the login agent",
    "pausiere agent two",
    "pausiere bitte agent one",
    "pause agent eins please",
    "please pausiere agent eins",
    "stoppe the login agent",
    "halte agent one bitte an",
    "pause the second agent bitte",
    "setze agent two fort",
    "resume den csv agent",
    "pausa the login agent",
    "detén agent one",
    "reanuda agent two please",
    "mets agent one en pause",
    "pause l'agent two",
    "reprends the csv agent",
    "arrête agent one please",
    "para el agent two and then pause it",
]


@pytest.mark.parametrize("words", MIXED)
def test_no_sentence_in_two_languages_acts(words: str) -> None:
    frame = by_grammar(words, CONTEXT)

    assert frame is None or frame.intent is Intent.UNKNOWN
    assert len(languages_of(words, CONTEXT)) > 1


@pytest.mark.parametrize("words", MIXED)
@pytest.mark.parametrize("intent", sorted(ACTING))
def test_whatever_a_model_makes_of_one_nothing_is_done_unasked(words: str, intent: Intent) -> None:
    sure = Frame(
        intent=intent, agents=("a",), repo="crumb/order-portal", task="x", source="model",
        confidence=1.0,
    )  # fmt: skip
    frame = unmixed(sure, words, CONTEXT)

    if intent is Intent.CREATE:
        assert frame.needs_confirmation
    else:
        assert (frame.intent, frame.reason) == (Intent.UNKNOWN, "mixed")


def test_order_and_task_in_two_languages_are_asked_about() -> None:
    frame = by_grammar("Starte einen Agenten auf order portal: fix the flaky upload", CONTEXT)

    assert frame is not None
    assert (frame.intent, frame.needs_confirmation) == (Intent.CREATE, True)
    assert frame.task == "fix the flaky upload"


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("pausiere den agenten fix the login test", id="a title is a name"),
        pytest.param("pause the los pagos agent", id="so is a repository"),
        pytest.param("stop the login agent", id="english"),
        pytest.param("pausiere agent eins", id="german"),
        pytest.param("mets l'agent un en pause", id="french"),
        pytest.param("reanuda el agente dos", id="spanish"),
    ],
)
def test_names_are_of_no_language(words: str) -> None:
    assert len(languages_of(words, CONTEXT)) == 1


def test_nobody_of_those_who_spoke_one_language_is_told_that_it_was_two() -> None:
    told = [row.id for row in corpus() if len(languages_of(row.transcript, row.context)) > 1]
    assert told == []


def test_questions_may_be_mixed() -> None:
    asked = Frame(intent=Intent.STATUS, agents=("a",))
    assert unmixed(asked, "wie geht es the login agent", CONTEXT) is asked
