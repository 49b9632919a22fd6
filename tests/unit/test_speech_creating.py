"""The ways in which strangers ask for a new agent, one of each class, and what is none."""

import time

import pytest

from mobile_api.speech.frame import Context, Frame, Intent, KnownAgent
from mobile_api.speech.numbers import digits_joined
from mobile_api.speech.repos import index_of
from mobile_api.speech.tasks import from_gerund, is_irreversible
from mobile_api.speech.understand import by_grammar

REPOS = tuple(
    f"moss/{name}"
    for name in (
        "herb-shop", "herb-shop-admin", "herb-stock", "print-svc", "l10n", "rn-app", "pdp",
        "e2e-tests", "pg-exporter", "fitRoomAR", "onnx2trt", "h264-parser", "h265-parser",
        "iso20022-core", "raft-kv",
    )
)  # fmt: skip
AGENTS = (
    KnownAgent(id="a1", number=1, title="Rotate keys", repo="moss/pdp", status="running"),
    KnownAgent(id="a2", number=2, title="Cache pages", repo="moss/l10n", status="paused"),
)
ROSA = Context(repos=REPOS, agents=AGENTS)


def _heard(said: str, context: Context = ROSA) -> Frame:
    return by_grammar(said, context) or Frame(intent=Intent.UNKNOWN)


@pytest.mark.parametrize(
    ("said", "repo"),
    [
        ("iso twenty oh twenty two core", "iso20022-core"),
        ("h two sixty four parser", "h264-parser"),
        ("h265", "h265-parser"),
        ("onyx to t r t", "onnx2trt"),
        ("fit room are", "fitRoomAR"),
        ("raft key value", "raft-kv"),
        ("react native app", "rn-app"),
        ("product detail page", "pdp"),
        ("end to end tests", "e2e-tests"),
        ("localisation", "l10n"),
        ("postgres exporter", "pg-exporter"),
        ("put dark prices", "pdp"),
    ],
)
def test_names_are_known_as_they_are_heard(said: str, repo: str) -> None:
    assert index_of(REPOS).match(said).repo == f"moss/{repo}"


def test_first_letters_count_only_where_a_repository_is_expected() -> None:
    assert index_of(REPOS).match("put dark prices", parts=False).repo is None
    assert index_of(("a/rn",)).match("right now").repo is None


def test_numbers_are_written_as_names_have_them() -> None:
    said = "double oh one and two hundred and sixty four"

    assert digits_joined(said.split()) == ["00", "1", "and", "200", "and", "64"]


@pytest.mark.parametrize(
    ("said", "repo", "task"),
    [
        pytest.param(
            "new a gent herb stock warn below ten", "herb-stock", "warn below ten", id="misheard"
        ),
        pytest.param(
            "Spin someone up on print service to queue jobs.", "print-svc", "queue jobs",
            id="someone",
        ),
        pytest.param(
            "what I'm after really is an agent on herb shop that widens the margin",
            "herb-shop", "widen the margin", id="wish",
        ),
        pytest.param(
            "PDP, an agent please, and the job is writing tests", "pdp", "write tests", id="noun"
        ),
        pytest.param(
            "localisation could use an agent. Get it to sort keys.", "l10n", "sort keys", id="needs"
        ),
        pytest.param(
            "kick off a herb stock agent to warn below ten", "herb-stock", "warn below ten",
            id="name inside",
        ),
        pytest.param(
            "give herb stock an agent to warn below ten", "herb-stock", "warn below ten", id="given"
        ),
        pytest.param(
            "So, thinking out loud, herb stock. Set up an agent there to warn below ten",
            "herb-stock", "warn below ten", id="there",
        ),
        pytest.param(
            "The print service prints twice. Get an agent on that to queue jobs.",
            "print-svc", "queue jobs", id="told before",
        ),
        pytest.param(
            "herb stock should warn below ten, start an agent for that",
            "herb-stock", "warn below ten", id="wished before",
        ),
        pytest.param(
            "Tom's been asking all week, so go ahead and make an agent on herb stock, it has to "
            "warn below ten", "herb-stock", "warn below ten", id="aside",
        ),
        pytest.param(
            "I'd love somebody to write up the drill in herb stock, could you get that going?",
            "herb-stock", "write up the drill", id="chat behind",
        ),
        pytest.param(
            "I'd love for someone to go through herb stock and swap the icons",
            "herb-stock", "swap the icons", id="go through",
        ),
        pytest.param(
            "Start on herb stock an agent which warns below ten.",
            "herb-stock", "warn below ten", id="place inside",
        ),
        pytest.param(
            "I would like that some agent adds a limit in the print service",
            "print-svc", "add a limit", id="told",
        ),
        pytest.param(
            "Take herb stock and let an agent warn below ten", "herb-stock", "warn below ten",
            id="take",
        ),
        pytest.param(
            "Drop an agent on herb stock and warn below ten", "herb-stock", "warn below ten",
            id="verb of harm",
        ),
        pytest.param(
            "Start an agent in herb stock, sorry Jess, I'm on the phone, to warn below ten",
            "herb-stock", "warn below ten", id="somebody else",
        ),
        pytest.param(
            "In herb stock we have the problem that counts drift, can you give this to a new "
            "agent?",
            "herb-stock", "counts drift", id="problem first",
        ),
        pytest.param(
            "I was in the shower thinking about this, get me an agent on herb stock to warn below "
            "ten", "herb-stock", "warn below ten", id="thinking",
        ),
        pytest.param(
            "Get somebody to look at why the print service drops messages", "print-svc",
            "look at why the print service drops messages", id="named in the task",
        ),
        pytest.param(
            "Agent please, print service, queue jobs", "print-svc", "queue jobs", id="agent please"
        ),
    ],
)  # fmt: skip
def test_requests_are_understood(said: str, repo: str, task: str) -> None:
    frame = _heard(said)

    assert (frame.intent, frame.repo) == (Intent.CREATE, f"moss/{repo}")
    assert (frame.task or "").lower() == task
    assert not frame.needs_confirmation


@pytest.mark.parametrize(
    "said",
    [
        "start an agent on herb shop admin, oh sorry, I mean the plain herb shop, to sell cards",
        "start an agent on herb stock erm hang on no herb shop and sell cards",
        "Start an agent on herb stock, um, hang on, not herb stock, herb shop. Sell cards.",
        "start an agent on herb shop not herb stock to sell cards",
    ],
)
def test_corrected_repository_is_the_one_that_counts(said: str) -> None:
    frame = _heard(said)

    assert (frame.repo, frame.task, frame.needs_confirmation) == (
        "moss/herb-shop", (frame.task or "")[:4] + " cards", False,
    )  # fmt: skip


def test_branch_may_come_first() -> None:
    frame = _heard("on a branch named low dash stock start an agent in herb stock to warn early")

    assert (frame.branch, frame.task) == ("low-stock", "warn early")


def test_branch_in_a_sentence_of_its_own_has_its_numbers_in_figures() -> None:
    frame = _heard("New agent on herb stock. Branch, chore slash node twenty two. Bump node.")

    assert (frame.branch, frame.task) == ("chore/node-22", "Bump node")


@pytest.mark.parametrize(
    ("said", "repos", "repo"),
    [
        ("evse simulator", ("a/evse-sim", "a/ev-charge"), "a/evse-sim"),
        ("heat pump firmware", ("a/heatpump-fw", "a/heatpump-api"), "a/heatpump-fw"),
        ("skater bridge", ("a/SCADAbridge", "a/modbus-rs"), "a/SCADAbridge"),
        ("vehicle to x stack", ("a/v2x-stack", "a/radar-sim"), "a/v2x-stack"),
        ("iphone courier app", ("a/ios-courier", "a/geoip"), "a/ios-courier"),
        ("warehouse", ("a/warehouse2", "a/warehouse-ui"), None),
        ("observations", ("a/obs", "a/web"), None),
    ],
)
def test_words_are_known_by_what_is_written_for_them(
    said: str, repos: tuple[str, ...], repo: str | None
) -> None:
    assert index_of(repos).match(said).repo == repo


@pytest.mark.parametrize(
    "said",
    [
        "start an agent on warehouse to add search",
        "put one on warehouse, let it add search",
        "it would be good if an agent could fix warehouse ui some day",
        "the agent on warehouse ui should add search",
        "find an agent on warehouse ui that adds search",
        "start an agent on warehouse ui, not now, to add search",
        "start an agent on warehouse ui to fix search and get on with agent two",
        "we should have an agent on warehouse ui to fix search by now",
        "I was thinking of, start an agent on warehouse ui to fix search, but no",
        "deploy an agent on warehouse ui to production",
    ],
)
def test_doubtful_request_is_not_begun_unasked(said: str) -> None:
    frame = _heard(said, Context(repos=("moss/warehouse2", "moss/warehouse-ui"), agents=AGENTS))

    assert frame.intent is not Intent.CREATE or frame.needs_confirmation


@pytest.mark.parametrize(
    "said",
    [
        "start an agent on herb shop, no, the billing one, to sell cards",
        "start an agent on herb shop, no wait, the other thing",
        "start an agent on herb shop hang on herb stock to sell cards",
    ],
)
def test_correction_that_is_not_understood_is_asked_about(said: str) -> None:
    frame = _heard(said)

    assert frame.intent is not Intent.CREATE or frame.needs_confirmation


def test_second_thoughts_about_a_verb_are_taken() -> None:
    stopped = _heard("Stop all the agents, well, not stop, pause all the agents.")
    cancelled = _heard("Pause agent one. Actually, do you know what, cancel it.")

    assert (stopped.intent, stopped.agents) == (Intent.PAUSE, ("*",))
    assert (cancelled.intent, cancelled.agents) == (Intent.STOP, ("a1",))


@pytest.mark.parametrize(
    "said",
    [
        "could you kindly get somebody onto the phone",
        "an agent on herb stock just finished",
        "an agent that trims logs was running on herb stock",
        "ask someone at herb stock about the invoice",
        "starting an agent on herb stock takes ages",
        "if the build fails, start an agent on herb stock to fix it",
        "Bob goes, start an agent on herb stock to warn below ten",
        "new job starts Monday",
        "could someone tell me how the agents are doing",
        "agent for hows it looking",
    ],
)
def test_other_words_begin_no_agent(said: str) -> None:
    assert _heard(said).intent is not Intent.CREATE


@pytest.mark.parametrize(
    "said",
    [
        "we need a new agent at the estate office",
        "want an agent on infra",
        "get a new job and move to Spain",
        "get cracking on dinner",
        "make another pot of coffee",
        "can somebody turn the lights off",
        "ask a herb agent to wait",
    ],
)
def test_single_repository_does_not_make_an_agent_of_any_words(said: str) -> None:
    frame = _heard(said, Context(repos=("moss/herbarium",)))

    assert frame.intent is not Intent.CREATE or frame.needs_confirmation


@pytest.mark.parametrize(
    "said",
    ["new agent. Throw in more seeds.", "get an agent to plot the harvest", "new agent sort seeds"],
)
def test_single_repository_need_not_be_named(said: str) -> None:
    frame = _heard(said, Context(repos=("moss/herbarium",)))

    assert frame.intent is Intent.CREATE
    assert not frame.needs_confirmation


def test_the_agent_that_is_there_is_not_begun_again_unasked() -> None:
    assert _heard("get the agent on herb stock to warn below ten").needs_confirmation


@pytest.mark.parametrize(
    "order",
    ["write", "load", "handle", "resolve", "cache", "add", "fail", "restore", "monitor", "edit",
     "replace", "merge", "read", "update", "rename", "delete", "hook", "test"],
)  # fmt: skip
def test_gerund_is_turned_into_its_order(order: str) -> None:
    gerund = f"{order[:-1] if order.endswith('e') else order}ing"

    assert from_gerund(gerund) == order


@pytest.mark.parametrize(
    ("task", "harmful"),
    [
        ("write the page for the trainers drop", False),
        ("drop the trainers table", True),
        ("let the old tables drop", True),
        ("make the cleanup drop everything", True),
        ("look at why the relay drops messages", False),
        ("check why the nodes drop offline every night", False),
        ("bump the drop rate to 3 percent", False),
        ("find out why and drop the cache", True),
        ("drop messages older than a week", True),
        ("write a job that nightly drops messages", True),
        ("check why the socket drops after an hour and drop the sessions table", True),
    ],
)
def test_a_drop_that_nobody_orders_is_no_harm(task: str, harmful: bool) -> None:
    assert is_irreversible(task) is harmful


@pytest.mark.parametrize("word", ["so ,", "end to end", "no ,", "an agent", "go to", "hang on"])
def test_repeated_words_take_no_longer(word: str) -> None:
    said = f"get {word} " * (600 // (len(word) + 5))
    _heard("start an agent")  # patterns are compiled once

    began = time.perf_counter()
    _heard(said[:600])

    assert time.perf_counter() - began < 1.0
