"""Sandbox and clone, each by itself: in a run they come up side by side with the first request."""

import time
from pathlib import Path
from statistics import median

from pydantic import SecretStr

from runner.agent.sandbox import open_sandbox
from runner.agent.workspace import Workspace
from runner.egress.policy import EgressPolicy
from runner.spec import ModelSpec, Person, Price, RunSpec
from tests.bench.scene import Scene
from tests.fakes.github import REPO

ROUNDS = 5
_FREE = Price(input=0, output=0, cache_write_5m=0, cache_write_1h=0, cache_read=0)


async def measure(world: Scene, place: Path) -> dict[str, float]:
    """Return the median seconds of each."""
    sandbox = [await _sandbox(place / f"s{number}") for number in range(ROUNDS)]
    clone = [await _clone(world, place / f"c{number}") for number in range(ROUNDS)]
    return {"sandbox with its self-test": median(sandbox), "clone": median(clone)}


async def _sandbox(place: Path) -> float:
    tree = place / "tree"
    tree.mkdir(parents=True)
    began = time.perf_counter()
    async with open_sandbox(workspace=tree, root=place / "cage", egress=EgressPolicy()):
        return time.perf_counter() - began


async def _clone(world: Scene, place: Path) -> float:
    tree = place / "tree"
    tree.mkdir(parents=True)
    token = world.town.github.token(world.town.installation_id, permissions={"contents": "read"})
    began = time.perf_counter()
    await Workspace.clone(_spec(world), token, place, tree=tree)
    return time.perf_counter() - began


def _spec(world: Scene) -> RunSpec:
    return RunSpec(
        run_id="bench-1",
        agent_id="bench",
        number=1,
        repository=REPO,
        clone_url=f"{world.town.github.url}/{REPO}.git",
        base="main",
        branch="cadence/1-bench",
        instruction="nothing",
        requester="dana",
        author=Person(name="bench", email="bench@example.com"),
        model=ModelSpec(
            name="none",
            triage_name="none",
            base_url=world.model.url,
            api_key=SecretStr("none"),
            price=_FREE,
            triage_price=_FREE,
        ),
    )
