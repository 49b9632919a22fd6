"""The pull request's text, as reviewers read it."""

from dataclasses import replace

import pytest

from bot.publishing.bundles import FileChange
from bot.texts import prose, pull_body
from runner.spec import Outcome, Verification
from tests.fakes.gallery import (
    AGENT,
    AWAY,
    CHANGE,
    COUNTED,
    FAILED,
    FILES,
    ON_FLY,
    PLACES,
    SIZES,
)

GOLDEN = """\
<!-- cadence:agent:5f0c7a52-0000-4000-8000-000000000001 -->

[dana](https://github.com/dana) asked in #7 \
([comment](https://github.com/acme/widgets/issues/7#issuecomment-880001)):

> fix this

### What changed and why

`area()` returned the **sum** of its sides, so every size came out wrong.

- `area()` multiplies now
- a test holds the rule

**2 files**, +9 -1:

- `widgets.py` +1 -1
- `tests/test_widgets.py` +8 -0

### Evidence

| command | before | after | time |
| --- | --- | --- | --- |
| `python -m pytest -q` | ❌ failed (exit 1) | ✅ passed (exit 0) | 1.4 s |

<details><summary>The end of the output</summary>

```text
1 passed in 0.02s
```

</details>

### Not done, or in doubt

Negative sides are still accepted; the issue does not say what they should do.

---

`claude-sonnet-5` · 14 steps · $0.42 · 3 min · \
[log](https://cadence.example/agents/5f0c7a52-0000-4000-8000-000000000001)

Closes #7"""


def body(outcome: Outcome = CHANGE, files: tuple[FileChange, ...] = FILES) -> str:
    return pull_body.render(AGENT, outcome, files, places=PLACES)


def changed(**changes: object) -> Outcome:
    return CHANGE.model_copy(update=changes)


def test_body_reads_so() -> None:
    assert body() == GOLDEN


def test_cost_of_model_and_machine_stands_apart_and_together() -> None:
    agent = replace(AGENT, cost_usd=0.42, place_note=AWAY, **ON_FLY)  # type: ignore[arg-type]
    text = pull_body.render(agent, COUNTED, FILES, places=replace(PLACES, sizes=SIZES))

    assert text.endswith(
        "---\n\n`claude-sonnet-5` · 14 steps · 3 min · "
        "[log](https://cadence.example/agents/5f0c7a52-0000-4000-8000-000000000001)  \n"
        "$0.43: model $0.42 (18,204 in, 3,100 out, 92,000 cached), "
        "machine $0.01 (6 min on Fly, 2 shared CPUs, 4 GB)  \n"
        "On a Fly Machine: your VPS was away.\n\nCloses #7"
    )


def test_worst_body_has_at_most_sixty_lines_and_keeps_its_reference() -> None:
    long = "line\n\n" * 500
    hosts = tuple(f"host{n}.example" for n in range(100))
    outcome = changed(
        summary=long,
        doubts=long,
        hosts_contacted=hosts,
        hosts_blocked=hosts,
        sandbox="none",
        verification=FAILED.model_copy(update={"output_tail": "x" * 500 + "\n" + "out\n" * 900}),
    )
    files = tuple(FileChange(path=f"src/{'a' * 300}{n}.py", added=1, removed=0) for n in range(500))
    agent = replace(AGENT, task=replace(AGENT.task, instruction=long))

    text = pull_body.render(agent, outcome, files, places=PLACES)

    assert len(text.split("\n")) <= pull_body.MAX_LINES
    assert len(text) < 65_536
    assert text.endswith("\n\nRefs #7")
    assert "… and 492 more" in text


@pytest.mark.parametrize(
    ("outcome", "last"),
    [
        (CHANGE, "Closes #7"),
        (changed(closes_issue=False), "Refs #7"),
        (changed(verification=FAILED), "Refs #7"),
        (changed(verification=Verification()), "Refs #7"),
    ],
    ids=["verified", "only a part", "failed", "not verified"],
)
def test_issue_is_closed_only_by_the_whole_and_verified_work(outcome: Outcome, last: str) -> None:
    assert body(outcome).endswith(f"\n\n{last}")


def test_task_without_an_issue_refers_to_none() -> None:
    agent = replace(AGENT, task=replace(AGENT.task, issue=None, comment_id=None))

    text = pull_body.render(agent, CHANGE, FILES, places=PLACES)

    assert "#" not in text.split("\n")[2]
    assert not text.endswith("#None")


def test_evidence_is_the_harness_not_the_model() -> None:
    outcome = changed(summary="All 200 tests pass!", verification=FAILED)

    assert "| ✅ passed (exit 0) | ❌ failed (exit 1) | 12 s |" in body(outcome)
    assert "**Not verified**" in body(outcome)


def test_command_that_is_not_there_is_no_evidence() -> None:
    inert = Verification(command="make check", outcome="inert", exit_code=127)

    assert "| not run | ⚠️ not found (exit 127) |" in body(changed(verification=inert))


def test_model_text_cannot_ping_close_load_or_break_out() -> None:
    evil = (
        "@alice fixes #99 ![x](https://evil.example/x.png) <img src=x> <!-- hidden -->\n```\n"
        "never closed"
    )
    outcome = changed(
        title="@alice fixes #99\n<b>",
        summary=evil,
        doubts=evil,
        verification=CHANGE.verification.model_copy(
            update={"command": "a|b `x` | c", "output_tail": "```\n</details>\n@alice fixes #98"}
        ),
    )

    text = body(outcome, (FileChange(path="a`|@alice fixes #97\n.py", added=1, removed=0),))

    rest = text.partition("\n")[2]
    for ours in ("<details><summary>The end of the output</summary>", "Closes #7"):
        assert ours in rest
        rest = rest.replace(ours, "")
    start, _, end = rest.rpartition("</details>")
    assert prose.is_harmless(start + end)
    assert "hidden" not in text
    assert pull_body.title(AGENT, outcome) == "@\u200balice fixes\u200b #99 <b>"


def test_network_is_accounted_for_with_the_line_that_opens_it() -> None:
    text = body(changed(hosts_contacted=("a.example",), hosts_blocked=("b.example", "c.example")))

    assert "Hosts contacted: `a.example`." in text
    assert "Hosts blocked: `b.example`, `c.example`. To allow them, add" in text
    assert "`egress: {allow: [b.example, c.example]}` to `.github/cadence.yml`." in text


def test_missing_sandbox_is_said_aloud() -> None:
    assert "⚠️ **Reduced isolation**: this ran with sandbox `none`." in body(changed(sandbox="none"))
    assert "isolation" not in body()


def test_title_falls_back_to_the_issue() -> None:
    assert pull_body.title(AGENT, changed(title="")) == "area() is wrong"
