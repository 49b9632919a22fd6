"""The status comment in each state, as people read it."""

from dataclasses import replace

import pytest

from bot.domain import AgentStatus
from bot.texts import prose, status_comment
from bot.texts.telling import Telling, after
from runner.spec import Outcome
from tests.fakes import gallery
from tests.fakes.gallery import SCENES, START, ended, view, working

LOG = "https://cadence.example/agents/5f0c7a52-0000-4000-8000-000000000001"
MARKER = "<!-- cadence:agent:5f0c7a52-0000-4000-8000-000000000001 -->"
PLAN = """\
- [x] Reproduce the wrong area with a test
- [x] Multiply in `area()` instead of adding
- [ ] Run the whole test suite"""
FOLDED = f"<details><summary>Plan: 2 of 3 done</summary>\n\n{PLAN}\n\n</details>"
VERBS = "`@cadence stop` · anything else after `@cadence` goes to the agent</sub>"

GOLDEN = {
    "queued": f"""\
### 🕐 Waiting for its turn

2 agents are ahead in the queue.

[live log]({LOG})

<sub>`@cadence pause` · {VERBS}""",
    "working": f"""\
### ⏳ Working

{PLAN}

3 min · $0.42 of $3.00 · `claude-sonnet-5` · [live log]({LOG})

<sub>`@cadence pause` · {VERBS}""",
    "paused": f"""\
### ⏸️ Paused by dana

{PLAN}

3 min · $0.42 of $3.00 · `claude-sonnet-5` · [live log]({LOG})

<sub>`@cadence resume` · {VERBS}""",
    "asking": f"""\
### ❓ A question for you

> Should negative sides raise?

Answer with `@cadence …`.

{PLAN}

3 min · $0.42 of $3.00 · `claude-sonnet-5` · [live log]({LOG})

<sub>`@cadence resume` · {VERBS}""",
    "done": f"""\
### ✅ Done: [pull request #12](https://github.com/acme/widgets/pull/12) is ready for review

Multiply width and height in area()

✅ `python -m pytest -q` passed in 1.4 s; it failed before the change.

{FOLDED.replace("2 of 3", "3 of 3").replace("[ ]", "[x]")}

3 min · $0.42 of $3.00 · `claude-sonnet-5` · [log]({LOG})""",
    "on Fly": f"""\
### ✅ Done: [pull request #12](https://github.com/acme/widgets/pull/12) is ready for review

Multiply width and height in area()

✅ `python -m pytest -q` passed in 1.4 s; it failed before the change.

{FOLDED.replace("2 of 3", "3 of 3").replace("[ ]", "[x]")}

3 min · `claude-sonnet-5` · [log]({LOG})\x20\x20
$0.43: model $0.42 (18,204 in, 3,100 out, 92,000 cached), \
machine $0.01 (6 min on Fly, 2 shared CPUs, 4 GB)""",
    "VPS away": f"""\
### ✅ Done: [pull request #12](https://github.com/acme/widgets/pull/12) is ready for review

Multiply width and height in area()

✅ `python -m pytest -q` passed in 1.4 s; it failed before the change.

{FOLDED.replace("2 of 3", "3 of 3").replace("[ ]", "[x]")}

3 min · `claude-sonnet-5` · [log]({LOG})\x20\x20
$0.43: model $0.42 (18,204 in, 3,100 out, 92,000 cached), \
machine $0.01 (6 min on Fly, 2 shared CPUs, 4 GB)\x20\x20
On a Fly Machine: your VPS was away.""",
    "moved on": f"""\
### ⏳ Working

{PLAN}

3 min · $0.42 of $3.00 · machine 6 min on Fly, $0.01 · `claude-sonnet-5` · [live log]({LOG})\x20\x20
On a Fly Machine: your VPS was away.

<sub>`@cadence pause` · {VERBS}""",
    "failed": f"""\
### 😕 Not finished

The budget of $3.00 is spent.

The work so far (2 files, +9 -1) is on \
[`cadence/7-fix-area`](https://github.com/acme/widgets/tree/cadence/7-fix-area) \
([compare](https://github.com/acme/widgets/compare/cadence/7-fix-area)).

**What was tried**

The cause is in `area()`. The fix is in place; two tests still fail.

❌ `python -m pytest -q` failed with exit code 1 after 12 s; it passed before the change.

{FOLDED}

3 min · $0.42 of $3.00 · `claude-sonnet-5` · [log]({LOG})

<sub>`@cadence retry` starts again</sub>""",
    "lost": f"""\
### 😕 Not finished

Its machine ended without a word.

{FOLDED}

3 min · $0.42 of $3.00 · `claude-sonnet-5` · [log]({LOG})

<sub>`@cadence retry` starts again</sub>""",
    "nothing": f"""\
### 🤷 Nothing to change

The test passes on main already, since 3f2a1b.

I ran the test of the issue 20 times on `main`; it passed each time.

{FOLDED}

3 min · $0.42 of $3.00 · `claude-sonnet-5` · [log]({LOG})""",
}


@pytest.mark.parametrize("scene", GOLDEN)
def test_comment_reads_so(scene: str) -> None:
    assert status_comment.render(SCENES[scene]) == f"{MARKER}\n\n{GOLDEN[scene]}"


@pytest.mark.parametrize("scene", SCENES)
def test_comment_begins_with_its_marker_and_pings_nobody(scene: str) -> None:
    text = status_comment.render(SCENES[scene])

    assert text.startswith(status_comment.marker(SCENES[scene].agent.id))
    rest = text.removeprefix(MARKER).replace("<sub>", "").replace("</sub>", "")
    for tag in ("<details>", "<summary>", "</summary>", "</details>"):
        rest = rest.replace(tag, "")
    assert prose.is_harmless(rest)


def test_stopped_agent_says_by_whom_once() -> None:
    text = status_comment.render(SCENES["cancelled"])

    assert "### ⏹️ Stopped by @&#8203;dana\n\nThe work so far" in text


def test_agent_that_is_asked_to_stop_is_not_over_before_its_work_is_safe() -> None:
    assert "### ⏹️ Stopping" in status_comment.render(SCENES["stopping"])
    assert not status_comment.is_over(SCENES["stopping"].agent)


def test_answer_stands_in_full() -> None:
    text = status_comment.render(SCENES["answer"])

    assert gallery.ANSWER.answer in text
    assert "### " not in text


def test_refused_work_was_not_pushed_and_the_comment_says_so() -> None:
    text = status_comment.render(SCENES["refused"])

    assert "The change to `settings.py` adds what looks like a secret." in text
    assert "Nothing was pushed." in text


def test_unverified_work_is_not_praised() -> None:
    text = status_comment.render(SCENES["unverified"])

    assert "Done, but not verified: [pull request #12]" in text
    assert "⚠️ Not verified: no test command is known" in text


def test_baseline_alone_is_no_last_check() -> None:
    facts = {**gallery.FAILED.model_dump(mode="json", by_alias=True), "stage": "baseline"}
    event = gallery.event("verification", facts)

    assert after(Telling(), event).verification is None
    final = gallery.event("verification", {**facts, "stage": "final"})
    assert after(Telling(), final).verification == gallery.FAILED


def test_pause_and_question_are_over_when_somebody_goes_on() -> None:
    telling = Telling()
    for kind, data in [("question", {"text": "why?"}), ("paused", {"by": "dana"})]:
        telling = after(telling, gallery.event(kind, data))
    assert (telling.question, telling.paused_by) == ("why?", "dana")

    telling = after(telling, gallery.event("resumed", {"by": "dana"}))

    assert (telling.question, telling.paused_by) == ("", "")


@pytest.mark.parametrize("length", [70_000, 300_000])
def test_comment_is_never_longer_than_github_takes(length: int) -> None:
    answer = Outcome(status="completed", kind="answer", answer="@x <b>`\n" * (length // 8))
    text = status_comment.render(view(ended(AgentStatus.COMPLETED, answer)))

    assert len(text) <= status_comment.MAX_CHARACTERS
    assert "shortened" in text or "left out" in text
    assert LOG in text


def test_answer_of_angle_brackets_only_still_fits() -> None:
    answer = Outcome(status="completed", kind="answer", answer="<@" * 30_000)

    text = status_comment.render(view(ended(AgentStatus.COMPLETED, answer)))

    assert len(text) <= status_comment.MAX_CHARACTERS


def test_same_state_reads_the_same_however_often_it_is_asked_for() -> None:
    agent = working(updated_at=START)

    assert status_comment.render(view(agent)) == status_comment.render(view(replace(agent)))
