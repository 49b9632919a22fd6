"""A runner without a model: it clones, changes one file, commits, hands over a bundle.

Run as ``python -m tests.fakes.runner_program`` in the place of ``runner.agent`` so that the road of
an agent can be broken at every step. ``{root of all machines}/script.json`` says what to do:
``{"dieAt": "cloned", "waitAt": "cloned", "kind": "change" | "answer" | "nothing"}``; the first
``"runs": 1`` of an agent die, when all that they said is stored if they are ``"heard": true``.
"""

import asyncio
import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from runner.agent.dial import connect
from runner.agent.link import RunNotOurs, WebSocketLink
from runner.agent.seams import RunFailed
from runner.protocol import EventKind
from runner.spec import Outcome, RunSpec, Verification

PASSED = Verification(
    command="pytest -q", origin="cadence.yml", outcome="passed", exit_code=0, seconds=1.0
)


class Script:
    """What the test wants to go wrong, and where."""

    def __init__(self, home: Path) -> None:
        self._path = home.parent / "script.json"
        self._trace = home.parent / "trace"
        self._run_id = home.name

    def read(self) -> dict[str, Any]:
        return json.loads(self._path.read_text()) if self._path.exists() else {}

    async def reach(self, step: str, link: WebSocketLink) -> None:
        with self._trace.open("a") as trace:
            trace.write(f"{self._run_id} {step}\n")
        script = self.read()
        attempt = int(self._run_id.rpartition("-")[2])
        if script.get("dieAt") == step and attempt <= script.get("runs", 1):
            if script.get("heard"):
                await link._delivery.all_stored()
            os._exit(9)
        while self.read().get("waitAt") == step and link.control.cancel_reason is None:  # noqa: ASYNC110 - a file
            await asyncio.sleep(0.02)


def git(home: Path, *arguments: str, env: dict[str, str] | None = None) -> str:
    """Run git without any configuration of the machine."""
    quiet = {"PATH": os.defpath, "GIT_CONFIG_GLOBAL": "/dev/null", "HOME": str(home)}
    done = subprocess.run(
        ["git", *arguments], env=quiet | (env or {}), check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def work(home: Path, spec: RunSpec, token: str) -> tuple[Path, str, str]:
    """Clone, change, commit, bundle; return the bundle and both commits."""
    tree = home / "tree"
    basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    header = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "http.extraheader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {basic}",
    }
    git(home, "clone", "-q", "--depth=1", "-b", spec.base, spec.clone_url, str(tree), env=header)
    base = git(home, "-C", str(tree), "rev-parse", "HEAD")
    (tree / "widgets.py").write_text("def area(width, height):\n    return width * height\n")
    who = (f"user.name={spec.author.name}", f"user.email={spec.author.email}")
    git(home, "-C", str(tree), "-c", who[0], "-c", who[1], "commit", "-qam", "Multiply the sides")
    git(home, "-C", str(tree), "branch", "-f", spec.branch, "HEAD")
    bundle = home / "work.bundle"
    git(home, "-C", str(tree), "bundle", "create", str(bundle), f"{base}..{spec.branch}")
    return bundle, base, git(home, "-C", str(tree), "rev-parse", "HEAD")


async def run(config: dict[str, str]) -> None:
    """Play one run."""
    home = Path(config["root"])
    script = Script(home)
    async with connect(config["url"], config["token"], config["runId"], root=home) as link:
        try:
            spec = await link.spec
        except (RunNotOurs, RunFailed):
            return
        await script.reach("assigned", link)
        for phase in ("cloning", "working"):
            await link.emit(EventKind.PHASE, {"phase": phase})
        await link.emit(EventKind.PLAN, {"items": [{"text": "Multiply", "done": True}]})
        await script.reach("cloned", link)
        await link.control.going.wait()
        kind = script.read().get("kind", "change")
        outcome = Outcome(status="completed", kind=kind, answer="It multiplies.", reason="done so")
        if kind == "change":
            bundle, base, head = work(home, spec, await link.clone_token())
            await script.reach("worked", link)
            outcome = Outcome(
                status="completed" if link.control.cancel_reason is None else "cancelled",
                kind="change",
                reason=link.control.cancel_reason or "",
                title="Multiply the sides",
                summary="An area is a product.",
                verification=PASSED,
                base_sha=base,
                head_sha=head,
                bundle_sha256=await link.upload_bundle(bundle),
                files_changed=1,
                closes_issue=True,
            )
        await script.reach("uploaded", link)
        await link.finish(outcome)
        await script.reach("finished", link)


if __name__ == "__main__":
    asyncio.run(run(json.loads(sys.stdin.readline())))
