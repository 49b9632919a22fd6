"""The words that the model is given: texts in files, and a renderer without clock or randomness."""

from functools import cache
from pathlib import Path

from runner.agent.sanitize import block, clean, code_block
from runner.spec import Remark, RunSpec, Snippet, Verification

_HERE = Path(__file__).parent
SNIPPET_CHARS = 48_000  # about 12,000 tokens
REMARK_CHARS = 40_000
INSTRUCTION_CHARS = 40_000


@cache
def text(name: str) -> str:
    """Return the text in ``NAME.md``."""
    return (_HERE / f"{name}.md").read_text(encoding="utf-8").strip()


def system(spec: RunSpec) -> str:
    """Return the system prompt; it is the same for all runs but for one rule."""
    rule = (
        "The operator allows changes to workflow files in this repository."
        if spec.allow_workflows
        else "Never touch files in `.github/workflows`: the change would be refused as a whole."
    )
    return text("system").replace("{workflows}", rule)


def task(
    spec: RunSpec,
    *,
    nonce: str,
    guidance: dict[str, str],
    baseline: Verification,
    is_question: bool,
    hint: str = "",
    notes: tuple[str, ...] = (),
) -> str:
    """Return the opening of the conversation.

    *guidance* maps paths of the base commit to instructions of the repository; *hint* is what the
    triage made of the request; *notes* are facts about setup and checkout.
    """
    parts = [
        _repository_guidance(guidance, nonce),
        _issue(spec, nonce),
        _remarks(spec.remarks, nonce),
        snippets(spec.snippets, nonce=nonce),
        _before(notes, baseline, nonce),
        _task(spec, is_question=is_question),
        hint,
    ]
    return "\n\n".join(part for part in parts if part)


def _task(spec: RunSpec, *, is_question: bool) -> str:
    expectation = (
        "This is a question: answer it with `finish` and `answer`, and change no file."
        if is_question
        else "Do it now."
    )
    words = {
        "requester": f"@{spec.requester}",
        "repository": spec.repository,
        "branch": spec.branch,
        "base": spec.base,
        "expectation": expectation,
        "instruction": clean(spec.instruction),  # last: braces in it are never filled in
    }
    rendered = text("task")
    for name, word in words.items():
        rendered = rendered.replace(f"{{{name}}}", word)
    return rendered


def _repository_guidance(guidance: dict[str, str], nonce: str) -> str:
    if not guidance:
        return ""
    left = INSTRUCTION_CHARS
    blocks = []
    for path, words in guidance.items():
        blocks.append(block("guidance", words[:left], nonce=nonce, path=path))
        left = max(left - len(words), 0)
    head = (
        "# How this repository wants things done\n\nFrom its base branch, by its maintainers; "
        "where it speaks about style, commands and conventions, follow it."
    )
    return "\n\n".join((head, *blocks))


def _issue(spec: RunSpec, nonce: str) -> str:
    if spec.issue is None:
        return ""
    words = f"{spec.issue_title}\n\n{spec.issue_body}"
    about = {"number": str(spec.issue), "author": spec.issue_author or "unknown"}
    return f"# The issue\n\n{block('issue', words, nonce=nonce, **about)}"


def _remarks(remarks: tuple[Remark, ...], nonce: str) -> str:
    """Return the newest *remarks* that fit, in order."""
    kept: list[str] = []
    left = REMARK_CHARS
    for remark in reversed(remarks):
        about = {"author": remark.author, "permission": remark.permission}
        one = block("remark", remark.body, nonce=nonce, **about)
        if len(one) > left:
            break
        left -= len(one)
        kept.append(one)
    if not kept:
        return ""
    missing = len(remarks) - len(kept)
    note = f"\n\n({missing} older remarks were left out.)" if missing else ""
    return "\n\n".join((f"# What was said there{note}", *reversed(kept)))


def snippets(pieces: tuple[Snippet, ...], *, nonce: str, limit: int = SNIPPET_CHARS) -> str:
    """Return the best *pieces* that fit into *limit* characters, with paths and lines."""
    shown: list[str] = []
    for piece in pieces:
        lines = f"{piece.start_line}-{piece.end_line}"
        one = code_block(piece.text, nonce=nonce, path=piece.path, lines=lines)
        if piece.reason:
            one = f"{piece.reason}\n{one}"
        if len(one) > limit:
            continue
        limit -= len(one)
        shown.append(one)
    if not shown:
        return ""
    head = "# Code that may matter\n\nFrom the repository's index; files may have changed since."
    return "\n\n".join((head, *shown))


def _before(notes: tuple[str, ...], baseline: Verification, nonce: str) -> str:
    # Notes hold outputs of the repository's own commands: data like everything from there.
    told = [block("notes", "\n".join(notes), nonce=nonce)] if notes else []
    return "\n\n".join(("# Before you began", *told, _measured(baseline)))


def _measured(baseline: Verification) -> str:
    if not baseline.command:
        return "There is no verification command that the harness knows; find the tests yourself."
    return f"Verification command: `{baseline.command}` ({baseline.origin}). {ending(baseline)}"


def ending(measured: Verification) -> str:
    """Return how a command ended, as a sentence."""
    return {
        "passed": "It passed.",
        "failed": f"It failed with exit code {measured.exit_code}.",
        "timed_out": "It did not end in time.",
        "inert": "It could not be run: a program is missing.",
        "none": "It was not run.",
    }[measured.outcome]


def repair(measured: Verification, *, round_: int, rounds: int) -> str:
    """Return what the agent is told when its change does not pass."""
    before = {"passed": "passed", "failed": "failed, too"}.get(
        measured.baseline_outcome, "could not be measured"
    )
    words = {
        "before": before,
        "command": measured.command,
        "ending": ending(measured),
        "round": str(round_),
        "rounds": str(rounds),
        "tail": measured.output_tail,
    }
    rendered = text("repair")
    for name, word in words.items():
        rendered = rendered.replace(f"{{{name}}}", word)
    return rendered
