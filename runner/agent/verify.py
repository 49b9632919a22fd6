"""The verification command: where it comes from, how it is run, what came of it."""

import re
from dataclasses import dataclass
from typing import Literal

from runner.agent.config import RepositoryConfig
from runner.agent.detect import Detected, detect, detect_setup
from runner.agent.seams import CommandResult, Hands
from runner.spec import Verification

TAIL_CHARACTERS = 4_000
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_NOT_FOUND = (126, 127)
# The runner of the tests is itself a module that is not there: Python says so with exit code 1.
_NO_MODULE = re.compile(r"^\S*python\S*: No module named (pytest|tox|nox|unittest)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What sets a repository up and what verifies it; *verify* is empty when there is nothing."""

    setup: tuple[str, ...]
    setup_origin: str
    verify: str
    verify_origin: str


def plan(config: RepositoryConfig, names: frozenset[str], texts: dict[str, str]) -> Plan:
    """Return what to run for a repository with *names* in its root and these *texts* of files."""
    detected = detect(names, texts) or Detected(command="", origin="")
    found = detect_setup(names, texts)
    return Plan(
        setup=config.setup or found.commands,
        setup_origin="cadence.yml" if config.setup else found.origin,
        verify=config.verify or detected.command,
        verify_origin="cadence.yml" if config.verify else detected.origin,
    )


async def verify(
    hands: Hands,
    command: str,
    *,
    origin: str = "",
    timeout_s: float = 600.0,
    env: dict[str, str] | None = None,
) -> Verification:
    """Run *command* in a fresh cage and say what came of it; no command has the outcome none."""
    if not command:
        return Verification()
    result = await hands.run(command, timeout_s=timeout_s, env=env)
    return Verification(
        command=command,
        origin=origin,
        outcome=_outcome(result),
        exit_code=None if result.timed_out else result.exit_code,
        seconds=round(result.seconds, 3),
        output_tail=_ANSI.sub("", result.output)[-TAIL_CHARACTERS:],
    )


def _outcome(
    result: CommandResult,
) -> Literal["passed", "failed", "timed_out", "inert"]:
    if result.timed_out:
        return "timed_out"
    if result.exit_code in _NOT_FOUND or _NO_MODULE.search(result.output):
        return "inert"
    return "passed" if result.exit_code == 0 else "failed"
