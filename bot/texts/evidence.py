"""What the harness measured, in words: never what a model says about it."""

from bot.texts import prose
from runner.spec import Outcome, Verification

_BEFORE = {
    "passed": "it passed before the change",
    "failed": "it failed before the change",
    "timed_out": "it ran out of time before the change",
    "inert": "it could not be run before the change",
}


def is_verified(outcome: Outcome) -> bool:
    """Whether the repository's own test command passed on the finished change."""
    done = outcome.status == "completed" and outcome.kind == "change"
    return done and outcome.verification.outcome == "passed"


def verdict(verification: Verification) -> str:
    """Return one line that says what was run and what came of it."""
    if verification.outcome == "none":
        return "⚠️ Not verified: no test command is known for this repository."
    command = prose.code(verification.command)
    took = lasted(verification.seconds)
    before = _BEFORE.get(verification.baseline_outcome, "")
    said = {
        "passed": f"✅ {command} passed in {took}",
        "failed": f"❌ {command} failed with exit code {verification.exit_code} after {took}",
        "timed_out": f"❌ {command} ran out of time after {took}",
        "inert": f"⚠️ Not verified: {command} could not be run (exit code 127)",
    }[verification.outcome]
    if not before:
        return f"{said}."
    same = verification.outcome == verification.baseline_outcome
    return f"{said}; {before}, too." if same else f"{said}; {before}."


def table(verification: Verification) -> str:
    """Return the table of evidence: command, before, after, time."""
    before = _cell(verification.baseline_outcome, verification.baseline_exit_code)
    after = _cell(verification.outcome, verification.exit_code)
    return (
        "| command | before | after | time |\n| --- | --- | --- | --- |\n"
        f"| {prose.code(verification.command)} | {before} | {after} "
        f"| {lasted(verification.seconds)} |"
    )


def lasted(seconds: float) -> str:
    """Return a duration as people say it: ``3.2 s``, ``42 s``, ``12 min``, ``1 h 05 min``."""
    if seconds < 9.95:
        return f"{max(0.0, seconds):.1f} s"
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes = max(1, round(seconds / 60))
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def _cell(outcome: str, exit_code: int | None) -> str:
    words = {
        "passed": "✅ passed",
        "failed": "❌ failed",
        "timed_out": "❌ timed out",
        "inert": "⚠️ not found",
        "none": "not run",
    }[outcome]
    return words if exit_code is None or outcome == "none" else f"{words} (exit {exit_code})"
