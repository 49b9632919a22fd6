"""The ground of a run: sandbox and checkout side by side, and what the repository says."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from runner.agent import config as repository
from runner.agent.agent_user import AgentUser
from runner.agent.clone import NEWEST, Source
from runner.agent.course import Course
from runner.agent.detect import WANTED
from runner.agent.sandbox import Sandbox, open_sandbox
from runner.agent.seams import RunFailed
from runner.agent.selftest import SandboxUnavailable
from runner.agent.verify import Plan, plan
from runner.agent.workspace import Workspace
from runner.egress.policy import EgressPolicy
from runner.egress.seams import Registries

GUIDANCE = ("AGENTS.md", "CLAUDE.md", ".github/copilot-instructions.md")
_GIT_TIMEOUT_S = 60.0
_QUIET = (
    "g() { git -c core.fsmonitor=false -c core.hooksPath=/dev/null -c core.quotePath=false "
    '"$@"; }; '
)
_KNOWN = ".git/cadence-known"
_OTHERS = "g ls-files --others --exclude-standard | LC_ALL=C sort"
_REMEMBER = _QUIET + f"{_OTHERS} > {_KNOWN}"
_FORGET_NEW = (
    _QUIET
    + f"{_OTHERS} | LC_ALL=C comm -13 {_KNOWN} - | sed 's/[][*?\\\\]/\\\\&/g; s/^/\\//' "
    + ">> .git/info/exclude"
)
_CHANGES = _QUIET + 'g status --porcelain --no-renames; [ "$(g rev-parse HEAD)" = "$START" ]'


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where the work is done; *guidance* maps paths of the base commit to instructions."""

    hands: Sandbox
    workspace: Workspace
    config: repository.RepositoryConfig
    plan: Plan
    guidance: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    async def remember_untracked(self) -> None:
        """Keep in mind which files git does not know by now."""
        await self.hands.run(_REMEMBER, timeout_s=_GIT_TIMEOUT_S)

    async def disown_untracked(self) -> None:
        """Take what appeared since then as left behind by a command: it is never committed."""
        await self.hands.run(_FORGET_NEW, timeout_s=_GIT_TIMEOUT_S)

    async def is_changed(self) -> bool:
        """Whether there is anything to commit or committed."""
        result = await self.hands.run(
            _CHANGES, timeout_s=_GIT_TIMEOUT_S, env={"START": self.workspace.start}
        )
        return result.exit_code != 0 or bool(result.output.strip())


@asynccontextmanager
async def prepared(
    course: Course,
    root: Path,
    *,
    registries: Registries | None = None,
    source: Source = NEWEST,
    user: AgentUser | None = None,
) -> AsyncIterator[Ground]:
    """Open the sandbox while the repository is cloned; raise `RunFailed` with what went wrong.

    Where *source* names the commits of an earlier run, nobody need hear of it again.
    """
    if source.at is None:
        await course.phase("cloning")
    tree = root / "tree"
    await asyncio.to_thread(tree.mkdir, parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        cloning = asyncio.create_task(_clone(course, root, tree, source))
        stack.push_async_callback(_end, cloning)
        try:
            hands = await stack.enter_async_context(_hands(course, root, registries, user))
            workspace = await cloning
            await hands.hand_over(tree)
            text = await workspace.base_file(repository.PATH)
            reading = repository.read(text)
            more = reading.config.egress.allow
            if more:  # only now is it known what the base branch allows
                hands.allow_hosts(more)
        except SandboxUnavailable as error:
            raise RunFailed(str(error)) from error
        names = await workspace.base_names()
        yield Ground(
            hands=hands,
            workspace=workspace,
            config=reading.config,
            plan=plan(reading.config, names, await workspace.base_files(WANTED)),
            guidance=await _guidance(workspace, reading.config),
            warnings=reading.warnings,
        )


async def _clone(course: Course, root: Path, tree: Path, source: Source) -> Workspace:
    token = await course.link.clone_token()
    return await Workspace.clone(course.spec, token, root, tree=tree, source=source)


@asynccontextmanager
async def _hands(
    course: Course, root: Path, registries: Registries | None, user: AgentUser | None
) -> AsyncIterator[Sandbox]:
    try:
        policy = EgressPolicy(allow=course.spec.egress_allow)
    except ValueError as error:
        raise RunFailed(f"The list of hosts that may be reached is wrong: {error}.") from error
    async with open_sandbox(
        workspace=root / "tree",
        root=root / "cage",
        mode=course.spec.sandbox,
        egress=policy,
        registries=registries,
        user=user,
    ) as hands:
        yield hands


async def _guidance(workspace: Workspace, config: repository.RepositoryConfig) -> dict[str, str]:
    found = await workspace.base_files(GUIDANCE)
    found = {path: words for path, words in found.items() if words.strip()}
    if config.instructions.strip():
        found[repository.PATH] = config.instructions
    return found


async def _end(task: "asyncio.Task[Workspace]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
