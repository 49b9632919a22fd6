"""``cadence run``: an agent on a local repository, without GitHub."""

import asyncio
import shutil
import tempfile
from pathlib import Path

from rich.console import Console

from bot.errors import InvalidRequest, PublishRefused
from bot.git import Git, GitFailed
from bot.life.run_defaults import RunDefaults, model_spec
from bot.publishing import bundles
from bot.publishing.bundles import Rules
from bot.settings import Settings, child_environment
from runner.agent import git as machine_git
from runner.agent.git import environment, git
from runner.agent.seams import RunFailed
from runner.agent.terminal import AUTHOR, branch_for, run_locally
from runner.redact import Redactor
from runner.spec import Budget, Outcome, Person

_NAMES = 50


async def run_task(settings: Settings, repo: Path, task: str, *, as_json: bool) -> int:
    """Run *task* on *repo*; return 0 when it is done, 1 when it failed.

    Raise `InvalidRequest` for what cannot be begun with: no repository, no task, no key.
    """
    if not task.strip():
        raise InvalidRequest("say what is to be done with --task")
    if not settings.anthropic_api_key.get_secret_value():
        raise InvalidRequest("set ANTHROPIC_API_KEY, in the environment or in .env")
    place = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="cadence-work-"))
    try:
        user = await _repository(repo)
        branch = await _free_name(user, branch_for(task))
        bundle = place / "work.bundle"
        you = await _person(repo)
        try:
            outcome = await run_locally(
                repo,
                task,
                model=model_spec(_defaults(settings), None),
                budget=_budget(settings),
                sandbox="none" if settings.no_sandbox else "bubblewrap",
                as_json=as_json,
                bundle=bundle,
                branch=branch,
                requester=you,
            )
        except RunFailed as error:
            raise InvalidRequest(str(error)) from error
        mails = (you.email,) if you else ()
        rules = Rules(branch=branch, bot_email=AUTHOR.email, co_authors=mails, allow_workflows=True)
        secrets = Redactor(settings.secret_values)
        refused = await _take_over(user, outcome, bundle, place, rules, secrets)
    finally:
        await asyncio.to_thread(shutil.rmtree, place, ignore_errors=True)
    if not as_json:
        _print(outcome, branch, refused)
    return 0 if outcome.status == "completed" and not refused else 1


async def _repository(repo: Path) -> Git:
    folder = await _asked(repo, "rev-parse", "--absolute-git-dir")
    if not folder:
        raise InvalidRequest(f"{repo} is not a git repository")
    return Git(directory=Path(folder))


async def _person(repo: Path) -> Person | None:
    """Return who commits in *repo*, the user's own settings included."""
    name, email = [
        await _asked(repo, "config", f"user.{key}", env=child_environment())
        for key in ("name", "email")
    ]
    return Person(name=name, email=email) if name and email else None


async def _asked(repo: Path, *arguments: str, env: dict[str, str] | None = None) -> str:
    try:
        return (await git(*arguments, env=env or environment({}), cwd=repo)).strip()
    except (machine_git.GitFailed, OSError):
        return ""


async def _free_name(user: Git, wanted: str) -> str:
    for name in (wanted, *(f"{wanted}-{number}" for number in range(2, _NAMES))):
        try:
            await user("rev-parse", "--verify", "--quiet", f"refs/heads/{name}")
        except GitFailed:
            return name
    raise InvalidRequest(f"there are {_NAMES} branches named like {wanted} already")


async def _take_over(
    user: Git, outcome: Outcome, bundle: Path, place: Path, rules: Rules, secrets: Redactor
) -> str:
    """Check the work as the publisher does and put it on *branch*; return why not, or nothing."""
    if not outcome.bundle_sha256:
        return ""
    desk = Git(directory=place / "desk.git")
    try:
        bundles.check_file(bundle, outcome.bundle_sha256)
        await user("init", "-q", "--bare", "--template=", str(desk.directory))
        alternates = desk.directory / "objects" / "info" / "alternates"
        alternates.write_text(f"{user.directory}/objects\n")
        await desk("update-ref", "refs/cadence/base", outcome.base_sha)
        branch = rules.branch
        header = bundles.read_header(bundle, branch=branch)
        start = header.start or outcome.base_sha
        sha = await bundles.unpack(desk, bundle, rules=rules, base_sha=start)
        await bundles.inspect(desk, sha, rules=rules, base_sha=start, secrets=secrets)
        await desk("update-ref", f"refs/heads/{branch}", sha)
        await user(
            *("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--"),
            *(str(desk.directory), f"refs/heads/{branch}:refs/heads/{branch}"),
            allow="file",
        )
    except (PublishRefused, GitFailed) as error:
        return str(error)
    return ""


def _defaults(settings: Settings) -> RunDefaults:
    return RunDefaults(
        git_url="",
        model=settings.model,
        triage_model=settings.triage_model,
        anthropic_url=settings.anthropic_base_url,
        anthropic_key=settings.anthropic_api_key,
        author=AUTHOR,
        bot_user_id=0,
        budget=_budget(settings),
        max_clone_mb=settings.max_clone_mb,
        has_sandbox=not settings.no_sandbox,
        lease_s=settings.lease_s,
    )


def _budget(settings: Settings) -> Budget:
    return Budget(
        steps=settings.max_steps,
        usd=settings.max_usd,
        soft_minutes=settings.soft_minutes,
        hard_minutes=settings.hard_minutes,
    )


def _print(outcome: Outcome, branch: str, refused: str) -> None:
    console = Console(highlight=False)
    console.rule()
    if refused:
        console.print(f"The work was not taken over: {refused}", style="red")
    elif outcome.status != "completed":
        console.print(outcome.reason or "It failed.", style="red")
    if outcome.answer:
        console.print(outcome.answer, markup=False)
    if outcome.kind == "nothing" and outcome.reason and outcome.status == "completed":
        console.print(outcome.reason, markup=False)
    if outcome.title:
        console.print(outcome.title, style="bold", markup=False)
        console.print(outcome.summary, markup=False)
    if outcome.bundle_sha256 and not refused:
        changed = f"{outcome.files_changed} files, +{outcome.lines_added} -{outcome.lines_removed}"
        console.print(f"\nBranch {branch}: {changed}", style="green", markup=False)
        console.print(f"Look at it: git diff ...{branch}", markup=False)
    checked = outcome.verification
    if checked.command:
        said = f"{checked.command}: {checked.outcome} (exit code {checked.exit_code})"
        console.print(said, markup=False)
    console.print(f"{outcome.model} · {outcome.steps} steps · ${outcome.cost_usd:.2f}", style="dim")
