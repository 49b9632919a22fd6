"""Bundle → checked → pushed → pull request; killed at any point and run again, it does it once.

Every step looks before it creates: the branch by its commit, the pull request by its head branch.
A branch of that name with other work on it is left alone, and ``<branch>-2`` (``-3``, …) is taken:
nothing that somebody pushed is ever overwritten.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog
import yaml

from bot.domain import Agent
from bot.errors import (
    GitHubRefused,
    NotFound,
    PushRejected,
    RepositoryUnusable,
)
from bot.git import Git, GitFailed, raced, refusal
from bot.github.app import GitHubApp
from bot.github.repository import Repository
from bot.life.base_commits import contents_token, fetch_start
from bot.publishing import bundles, pull_requests
from bot.publishing.bundles import Rules, SecretFinder, Work
from bot.publishing.mirrors import Mirror, Mirrors
from bot.publishing.pull_requests import Wanted
from bot.texts import pull_body
from bot.texts.evidence import is_verified
from runner.spec import Outcome, Person

_RACES = 3
_NAMES = 20
log = structlog.get_logger()


class Redactor(SecretFinder, Protocol):
    """Finds secrets in text and takes them out."""

    def redact(self, text: str) -> str:
        """Return *text* without secrets."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What left the house; *note* is a sentence when something is not as one would expect."""

    branch: str = ""
    head_sha: str = ""
    pr_number: int | None = None
    pr_url: str = ""
    note: str = ""


def _go_on(_step: str) -> None:
    """Stop nowhere."""


class Publisher:
    """Publishes the work of agents.

    *git_url* gives the HTTPS address of a repository's name; *author* is the App's bot, who must
    have made every commit; *checkpoint* hears the name of each step before it is done.
    """

    def __init__(
        self,
        github: GitHubApp,
        root: Path,
        redactor: Redactor,
        git_url: Callable[[str], str],
        *,
        author: Person,
        places: pull_body.Places,
        environment: Mapping[str, str] | None = None,
        checkpoint: Callable[[str], None] = _go_on,
    ) -> None:
        self._github = github
        self._mirrors = Mirrors(root, environment=environment)
        self._redactor = redactor
        self._git_url = git_url
        self._author = author
        self._places = places
        self._checkpoint = checkpoint

    async def publish(self, agent: Agent, outcome: Outcome, bundle: Path | None) -> Published:
        """Push the work and, when the agent completed a change, open its pull request.

        Raise `ForbiddenContent`, `PushRejected` or `GitHubRefused` with the reason, `Unavailable`
        when the same call may work later. May be repeated after anything.
        """
        if bundle is None or (outcome.status == "completed" and outcome.kind != "change"):
            return Published()
        task = agent.task
        repository = self._github.repository(
            task.installation_id, task.repository, repository_id=task.repository_id
        )
        info = await repository.get()
        base = task.options.base or info.default_branch
        if not base:
            raise RepositoryUnusable("the repository has no default branch")
        url = self._git_url(info.full_name)
        async with self._mirrors.hold(task.installation_id, task.repository_id, url) as mirror:
            branch, work = await self._publish_branch(agent, outcome, bundle, base, mirror)
        published = Published(branch=branch, head_sha=work.head_sha)
        if outcome.status != "completed":
            return published
        try:
            return await self._publish_pull(agent, outcome, work, published, repository, base)
        except (GitHubRefused, NotFound) as error:
            said = f"{error}; the work is on the branch `{branch}`"
            raise GitHubRefused(said, status=getattr(error, "status", 404)) from error

    async def _publish_branch(
        self, agent: Agent, outcome: Outcome, bundle: Path, base: str, mirror: Mirror
    ) -> tuple[str, Work]:
        """Check the bundle, then make sure that a branch on GitHub holds it."""
        self._checkpoint("check the bundle")
        bundle = await asyncio.to_thread(bundle.resolve)
        await asyncio.to_thread(bundles.check_file, bundle, outcome.bundle_sha256)
        header = await asyncio.to_thread(bundles.read_header, bundle, branch=agent.branch)
        start = header.start or outcome.base_sha
        self._checkpoint("fetch the base")
        async with contents_token(self._github, agent.task, "read") as token:
            tip = await fetch_start(mirror, start, base, agent.branch, token=token)
        async with mirror.desk(agent.id, start) as desk:
            self._checkpoint("unpack the bundle")
            rules = Rules(
                branch=agent.branch,
                bot_email=self._author.email,
                co_authors=(agent.task.requester.email,),
                allow_workflows=await _allows_workflows(mirror.git, tip),
            )
            sha = await bundles.unpack(desk, bundle, rules=rules, base_sha=start)
            work = await bundles.inspect(
                desk, sha, rules=rules, base_sha=start, secrets=self._redactor
            )
            return await self._push(agent, mirror, desk, sha), work

    async def _push(self, agent: Agent, mirror: Mirror, desk: Git, sha: str) -> str:
        """Return the branch that holds *sha* on GitHub, after pushing it if none did."""
        wanted = agent.branch
        for _ in range(_RACES):
            self._checkpoint("look for the branch")
            async with contents_token(self._github, agent.task, "write") as token:
                heads = await mirror.heads(wanted, f"{wanted}-*", token=token)
                branch = await _place(desk, sha, wanted, heads)
                if heads.get(branch) == sha:
                    return branch
                self._checkpoint("push")
                seen = heads.get(branch, "")
                try:
                    await mirror.push(desk, sha, branch, seen=seen, token=token)
                except GitFailed as failed:
                    if not raced(failed):
                        raise refusal(failed, doing="push", branch=branch) from failed
                    log.info("push lost a race", agent_id=agent.id, branch=branch)
                    continue
            log.info("branch pushed", agent_id=agent.id, branch=branch, sha=sha)
            self._checkpoint("pushed")
            return branch
        raise PushRejected(f"the branch `{wanted}` moved on GitHub each time that we pushed")

    async def _publish_pull(
        self,
        agent: Agent,
        outcome: Outcome,
        work: Work,
        published: Published,
        repository: Repository,
        base: str,
    ) -> Published:
        title = self._redactor.redact(pull_body.title(agent, outcome))
        body = self._redactor.redact(
            pull_body.render(agent, outcome, work.files, places=self._places)
        )
        pull = await pull_requests.ensure(
            repository,
            Wanted(
                title=title,
                body=body,
                head=published.branch,
                head_sha=work.head_sha,
                base=base,
                agent_id=agent.id,
            ),
            checkpoint=self._checkpoint,
        )
        note = await pull_requests.make_ready(
            repository, pull, is_verified=is_verified(outcome), checkpoint=self._checkpoint
        )
        return Published(
            branch=published.branch,
            head_sha=work.head_sha,
            pr_number=pull.number,
            pr_url=pull.url,
            note=note,
        )


async def _place(desk: Git, sha: str, wanted: str, heads: Mapping[str, str]) -> str:
    """Return the first name that holds *sha*, else one that is free or only behind it."""
    names = [wanted, *(f"{wanted}-{number}" for number in range(2, _NAMES))]
    for name in names:
        if heads.get(name) == sha:
            return name
    for name in names:
        if name not in heads or await desk.is_ancestor(heads[name], sha):
            return name
    raise PushRejected(f"there are {_NAMES} branches named like `{wanted}` already")


async def _allows_workflows(git: Git, tip: str) -> bool:
    """Whether ``cadence.yml`` of the base branch says ``allow_workflows: true``."""
    try:
        text = await git("cat-file", "blob", f"{tip}:.github/cadence.yml")
    except GitFailed:  # there is no such file
        return False
    try:
        said = yaml.safe_load(text[:65_536])
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        return False
    return isinstance(said, dict) and said.get("allow_workflows") is True
