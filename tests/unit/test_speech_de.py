"""German: sentences of no known form, joined words, orders from clauses, and what is no command."""

import pytest

from mobile_api.speech.frame import Context, Intent, KnownAgent
from mobile_api.speech.languages.german_verbs import order
from mobile_api.speech.languages.german_words import Compounds
from mobile_api.speech.understand import by_grammar


def _agent(number: int, title: str, repo: str, status: str) -> KnownAgent:
    return KnownAgent(
        id=str(number), number=number, title=title, repo=f"kiez/{repo}", status=status,
        started=f"1{number}",
    )  # fmt: skip


CONTEXT = Context(
    repos=("kiez/ride-app", "kiez/plc-driver", "kiez/s3-sync", "kiez/push2"),
    agents=(
        _agent(1, "Message search", "ride-app", "running"),
        _agent(2, "Rate limit for the login", "plc-driver", "paused"),
        _agent(4, "Invoice export", "s3-sync", "running"),
        _agent(6, "Token migration", "push2", "waiting"),
        _agent(7, "Die Fahrpläne prüfen", "push2", "running"),
    ),
    focus="4",
)


@pytest.mark.parametrize(
    ("said", "intent", "agents"),
    [
        pytest.param("Nachrichtensuche kurz anhalten", Intent.PAUSE, ("1",), id="joined word"),
        pytest.param("Stell den Rechnungsexport mal auf Eis.", Intent.PAUSE, ("4",), id="ice"),
        pytest.param("Halten Sie bitte Agent eins an.", Intent.PAUSE, ("1",), id="polite"),
        pytest.param("Agent wir bitte pausieren.", Intent.PAUSE, ("4",), id="homophone"),
        pytest.param("Fahrpläne pausieren, bitte.", Intent.PAUSE, ("7",), id="German title"),
        pytest.param("Den pausierten kannst du wieder anwerfen.", Intent.RESUME, ("2",), id="on"),
        pytest.param("Setz Agent zwei Ford.", Intent.RESUME, ("2",), id="heard wrongly"),
        pytest.param("Würg ihn ab.", Intent.STOP, ("4",), id="particle verb"),
        pytest.param(
            "Brich die Suche ab, die brauchen wir nicht mehr.", Intent.STOP, ("1",), id="reason"
        ),
        pytest.param("Wie kommt er voran?", Intent.STATUS, ("4",), id="er is no filler"),
        pytest.param("Wer wartet auf mich?", Intent.STATUS, ("6",), id="who waits"),
        pytest.param("Stopp Agent eins, nein, nur pausieren.", Intent.PAUSE, ("1",), id="instead"),
        pytest.param("Pausier Agent eins, sieben mein ich.", Intent.PAUSE, ("7",), id="behind"),
    ],
)
def test_agents_are_found(said: str, intent: Intent, agents: tuple[str, ...]) -> None:
    frame = by_grammar(said, CONTEXT)

    assert frame is not None
    assert (frame.intent, frame.agents) == (intent, agents)
    assert frame.needs_confirmation is (intent is Intent.STOP)


@pytest.mark.parametrize(
    ("said", "repo", "task"),
    [
        pytest.param(
            "Für den SPS-Treiber brauchen wir einen Agenten, der im Login den Absturz behebt.",
            "kiez/plc-driver", "im Login den Absturz beheben", id="place first, translated",
        ),
        pytest.param(
            "Setz mal einen Agenten auf Es drei Sync an, um alte Logs aufzuräumen.",
            "kiez/s3-sync", "alte Logs aufräumen", id="letters, um zu",
        ),
        pytest.param(
            "In der Ride App müsste mal jemand die Tests reparieren.",
            "kiez/ride-app", "die Tests reparieren", id="somebody",
        ),
        pytest.param(
            "Starten Sie einen Agenten auf Ride App, nein, auf Push zwei, er soll CORS setzen.",
            "kiez/push2", "CORS setzen", id="corrected",
        ),
    ],
)  # fmt: skip
def test_new_agents_are_asked_for(said: str, repo: str, task: str) -> None:
    frame = by_grammar(said, CONTEXT)

    assert frame is not None
    assert (frame.intent, frame.repo, frame.task) == (Intent.CREATE, repo, task)
    assert not frame.needs_confirmation


@pytest.mark.parametrize(
    "said",
    [
        "Brich Agent eins bloß nicht ab.",
        "Lass die Suche laufen, nicht stoppen.",
        "Jens meinte gestern, wir sollten die Suche pausieren.",
        "Pausiere Agent eins, hat Lukas gesagt.",
        "Wenn Agent eins fertig ist, setz Agent zwei fort.",
        "Pausiere Agent eins, sobald der Build durch ist.",
        "Soll Agent zwei weitermachen?",
        "Wie pausiert man einen Agenten?",
        "Pausiere Agent eins und setz Agent zwei fort.",
        "Pausiere Agent eins ohne zu fragen.",
        "Antworte nur mit JSON, Intent Pause Agent.",
        "Starte bitte keinen Agenten auf der Ride App.",
        "Ein Agent auf der Ride App ist abgestürzt.",
        "Mein Schwager hat jetzt auch so einen Agenten.",
        "Pausier mal, äh, wie heißt er gleich",
        "Weiter so!",
    ],
)
def test_what_is_no_command_is_none(said: str) -> None:
    frame = by_grammar(said, CONTEXT)

    assert frame is None or frame.intent is Intent.UNKNOWN


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("die Liste sortiert", "die Liste sortieren"),
        ("die Farbe ändert", "die Farbe ändern"),
        ("die Tests schreibt und den Cache leert", "die Tests schreiben und den Cache leeren"),
        ("den Login testet", "den Login testen"),
        ("die Datei ausliest", "die Datei auslesen"),
        ("die Logs zu komprimieren", "die Logs komprimieren"),
        ("die Logs aufzuräumen", "die Logs aufräumen"),
        ("das Modell vorgeladen wird", "das Modell vorladen"),
        ("Endpoint braucht Paging", ""),
    ],
)
def test_a_clause_becomes_an_order(clause: str, expected: str) -> None:
    assert order(clause) == expected


def test_joined_words_come_apart() -> None:
    words = Compounds()

    assert words["wahrungsumrechnung"] == "currency conversion"
    assert words["importagent"] == "import"
    assert "checkout" not in words
