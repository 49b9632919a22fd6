"""The parts of understanding and answering that a whole sentence does not show well."""

import re
from string import Formatter

import pytest

from mobile_api.speech import saying
from mobile_api.speech.answers import chosen, spoken_number, yes_or_no
from mobile_api.speech.branches import spoken_branch
from mobile_api.speech.frame import Context, Intent, KnownAgent
from mobile_api.speech.languages import LANGUAGES
from mobile_api.speech.phrases import NAMES, PHRASES
from mobile_api.speech.repos import index_of
from mobile_api.speech.tasks import imperative, is_irreversible
from mobile_api.speech.text import clean, plain
from mobile_api.speech.understand import by_grammar

REPOS = (
    "acme/payments-api",
    "acme/payments-ui",
    "acme/imgResizer",
    "acme/k8s-operator",
    "acme/py-sdk",
    "acme/js-sdk",
    "acme/crm",
    "acme/crm-v2",
    "acme/ticketing-ios",
)
AGENTS = tuple(
    KnownAgent(id=f"a{n}", number=n, title=title, repo="acme/crm", status="running", started=str(n))
    for n, title in enumerate(["Rotate keys", "Cache pages", "Export rows"], start=1)
)
MARA = Context(repos=REPOS, agents=AGENTS)


@pytest.mark.parametrize(
    ("said", "repo"),
    [
        ("payments a p i", "acme/payments-api"),
        ("payments you eye", "acme/payments-ui"),
        ("image resizer", "acme/imgResizer"),
        ("kubernetes operator", "acme/k8s-operator"),
        ("python sdk", "acme/py-sdk"),
        ("java script s d k", "acme/js-sdk"),
        ("crm", "acme/crm"),
        ("crm version two", "acme/crm-v2"),
        ("pigments api", None),
        ("acme crm", "acme/crm"),
        ("the operator", None),
        ("operator", "acme/k8s-operator"),
        ("payments", None),
        ("sdk", None),
        ("payroll", None),
    ],
)
def test_spoken_names_find_their_repository_or_none(said: str, repo: str | None) -> None:
    assert index_of(REPOS).match(said).repo == repo


def test_part_of_two_names_offers_both() -> None:
    assert set(index_of(REPOS).match("payments").candidates) == {REPOS[0], REPOS[1]}


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        pytest.param("pause two agents", Intent.PAUSE, id="how many, not which"),
        pytest.param("pause those two", Intent.PAUSE, id="those two"),
        pytest.param(
            "start an agent on payments to show prices", Intent.CREATE, id="two repositories"
        ),
        pytest.param(
            "start an agent on the payroll to show prices", Intent.CREATE, id="unknown one"
        ),
        pytest.param(
            "start an agent on operator panel to add a clock", Intent.CREATE, id="only a part"
        ),
        pytest.param("pause agent nine", Intent.PAUSE, id="no such agent"),
        pytest.param("pause the unicorn agent", Intent.PAUSE, id="no such topic"),
        pytest.param("pause everything except agent one", Intent.PAUSE, id="all but one"),
    ],
)
def test_what_is_not_sure_is_asked_about(words: str, intent: Intent) -> None:
    frame = by_grammar(words, MARA)

    assert frame is not None
    assert (frame.intent, frame.needs_confirmation) == (intent, True)


@pytest.mark.parametrize(
    "words",
    [
        "can you bump react in the crm for me",
        "tell agent two to use postgres",
        "hang on a second",
        "pause agent two unless it is nearly done",
        "pause the music",
        "cancel my subscription",
    ],
)
def test_other_talk_is_never_taken_for_a_pause_or_a_stop(words: str) -> None:
    frame = by_grammar(words, MARA)

    assert frame is None or frame.intent not in {Intent.PAUSE, Intent.STOP, Intent.RESUME}


@pytest.mark.parametrize(
    ("said", "branch"),
    [
        ("feature slash login", "feature/login"),
        ("fix dash web underscore hooks", "fix-web_hooks"),
        ("release slash 2 dot 0", "release/2.0"),
        ("to fix it", None),
        ("slash etc", None),
        ("hot fix slash slow query . Fix it", "hotfix/slow-query"),
        ("fix slash login add the form", "fix/login"),
    ],
)
def test_branches_are_spelled_by_voice(said: str, branch: str | None) -> None:
    assert spoken_branch(said.split())[0] == branch


@pytest.mark.parametrize(
    ("task", "is_bad"),
    [
        ("drop the charges table", True),
        ("delete all old migrations", True),
        ("wipes the old backups", True),
        ("force push the history", True),
        ("run it in production", True),
        ("add a delete button", False),
        ("fix the dropdown menu", False),
        ("fix the product page", False),
        ("improve drag and drop", False),
    ],
)
def test_tasks_that_cannot_be_undone_are_told(task: str, is_bad: bool) -> None:
    assert is_irreversible(task) is is_bad


def test_third_person_becomes_an_order() -> None:
    said = ["adds", "fixes", "caches", "fetches", "retries", "passes", "updates"]

    assert [imperative(word) for word in said] == [
        "add", "fix", "cache", "fetch", "retry", "pass", "update",
    ]  # fmt: skip


def test_cleaning_keeps_positions_and_drops_what_nobody_meant() -> None:
    cleaned = clean("Um, so [noise] pau- pause the, the Résumé-Agent… uh, please!")

    assert cleaned == "so pause the Résumé-Agent , please !"
    assert len(plain(cleaned)) == len(cleaned)
    assert plain(cleaned) == "so pause the resume agent , please !"


@pytest.mark.parametrize(
    ("usd", "said"),
    [
        (0.0, "nothing yet"),
        (0.03, "a few cents"),
        (0.42, "about 40 cents"),
        (1.2, "about one dollar"),
        (2.17, "about two dollars"),
        (23.6, "about 24 dollars"),
    ],
)
def test_money_is_rounded_as_people_say_it(usd: float, said: str) -> None:
    assert saying.money(usd, "en") == said


def test_names_are_said_as_people_say_them() -> None:
    assert saying.repo_name("acme/cadence-backend") == "cadence backend"
    assert saying.repo_name("acme/k8s-operator") == "Kubernetes operator"
    assert saying.repo_name("acme/imgResizer") == "image resizer"
    assert saying.who([1], "en") == "agent one"
    assert saying.who([1, 2, 3], "de") == "die Agenten eins, zwei und drei"


@pytest.mark.parametrize("code", sorted(PHRASES))
def test_every_language_says_everything(code: str) -> None:
    table, english = PHRASES[code], PHRASES["en"]

    assert table.sentences.keys() == english.sentences.keys()
    assert table.verbs.keys() == table.done.keys() == english.done.keys()
    assert table.states.keys() == english.states.keys()
    assert len(table.numbers.split()) == 21
    for name, sentence in table.sentences.items():
        assert _fields(sentence) == _fields(english.sentences[name]), name
        assert len(re.sub(r"{\w+}", "x", sentence).split()) <= 20, name
    assert code in NAMES
    assert any(language.code == code for language in LANGUAGES)


def _fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_answers_are_heard_in_each_language_and_noise_is_none() -> None:
    assert [yes_or_no(word) for word in ("Yes, please.", "ja", "sí", "oui")] == [True] * 4
    assert [yes_or_no(word) for word in ("no", "Nein!", "non", "never mind")] == [False] * 4
    assert [yes_or_no(word) for word in ("okay", "right", "you", "yes stop everything")] == [
        None
    ] * 4
    assert [chosen(word, 3) for word in ("the second one", "letzte", "fourth")] == [1, 2, None]
    assert spoken_number("agent two") == 2
