"""What a runner does in a booted machine, in small: run as its program, with the sandbox for real.

``booted_work.py ROOT`` prints what it saw, one line each.
"""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, sys.argv[1])

from runner.agent import agent_user
from runner.agent.safe_files import take
from runner.agent.sandbox import open_sandbox
from runner.egress.policy import EgressPolicy
from tests.fakes.runs import DONE, FIX, Play, use

WRITE = (
    "umask 077; mkdir -p deep && echo made by the agent > deep/note && chmod 700 script "
    "&& git init -q . && mkdir -p .git && echo bundle > .git/out"
)


def say(*facts: object) -> None:
    print("seen", *facts)  # noqa: T201


async def main() -> None:
    user = whom()
    root = Path(tempfile.mkdtemp(prefix="cadence-booted-"))
    tree = root / "tree"
    tree.mkdir()
    (tree / "script").write_text("#!/bin/sh\n")
    (tree / "folder").mkdir()
    (root / "secret").write_text("of the runner")
    async with open_sandbox(
        workspace=tree, root=root / "cage", egress=EgressPolicy(registries=False), user=user
    ) as hands:
        await hands.hand_over(tree)
        say("isolation", hands.isolation)
        say("owner", (tree / "script").stat().st_uid)
        modes = await hands.run("stat -c %a folder script | xargs", timeout_s=20)
        say("mode", modes.output.strip())
        say("inside", (await hands.run("id", timeout_s=20)).output.split(" groups")[0].strip())
        done = await hands.run(WRITE, timeout_s=20)
        say("output", done.exit_code, (tree / "deep/note").read_text().strip() or done.output)
        other = await asyncio.create_subprocess_exec(
            *(user.becoming() if user else []),
            *("cat", str(root / "secret")),
            stderr=asyncio.subprocess.DEVNULL,
        )
        say("private", await other.wait() == 0)
        take(tree, "out", root / "out", 100)
        say("taken", (root / "out").read_text() == "bundle\n")
        say("processes", _users("bwrap"))
        say("proxy", _users_of("runner.egress.apart"))
        asking = "curl -s -o /dev/null -w '%{http_connect}' https://denied.example/"
        say("refused", (await hands.run(asking, timeout_s=60)).output.strip()[-3:])
        say("blocked", hands.journal.blocked)
    for _ in range(200):  # what was killed takes a moment to be gone
        if not _users("bwrap"):
            break
        await asyncio.sleep(0.05)
    say("left", len(_users("bwrap")), len(_users_of("runner.egress.apart")))


def _users(name: str) -> set[int]:
    """Return who has processes of that name."""
    found = set()
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if (place / "comm").read_text().strip() == name:
                found.add(place.stat().st_uid)
        except OSError:
            continue
    return found


def _users_of(words: str) -> set[int]:
    """Return who has processes with *words* in their command line."""
    found = set()
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if words.encode() in (place / "cmdline").read_bytes():
                found.add(place.stat().st_uid)
        except OSError:
            continue
    return found


def whom() -> agent_user.AgentUser | None:
    """Return who agents are, and their proxy, as the entrypoint says it."""
    named = (f"CADENCE_{one}_USER" for one in ("AGENT", "PROXY"))
    return agent_user.named(*(os.environ[name] for name in named))  # noqa: TID251 - the entrypoint's


async def whole_run() -> None:
    """Play a run from clone to bundle with a caged agent of that user."""
    home = Path(tempfile.mkdtemp(prefix="cadence-booted-"))
    agent_user.let_pass(home)
    turns = [use("edit", **FIX), use("bash", command="sh test.sh; id -u"), use("finish", **DONE)]
    play = Play(
        home,
        turns,
        spec={"sandbox": "bubblewrap"},
        conditions={"user": whom()},
    )
    outcome = await play.run()
    say("run", outcome.status, outcome.sandbox, outcome.reason)
    say("verified", outcome.verification.baseline_outcome, outcome.verification.outcome)
    say("bundle", play.fetched("diff", "--name-only", "main", "refs/got/cadence/7-areas").strip())


asyncio.run(main())
asyncio.run(whole_run())
