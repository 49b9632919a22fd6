"""What the gateway hands to machines and takes from them: specs, wishes, tokens, events."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Protocol

import structlog

from bot.agents import Agents
from bot.db.runs import Runs
from bot.domain import Agent, AgentStatus, Run, Task
from bot.errors import CadenceError, NotFound, RepositoryUnusable, Unavailable
from bot.github.app import GitHubApp
from bot.github.values import Comment
from bot.life.keeping import Keeping
from bot.life.run_defaults import TIME_IS_UP, RunDefaults, model_name, model_spec
from bot.life.run_log import RunLog
from runner.lines.desk import Wishes
from runner.protocol import MessageFrame
from runner.redact import Redactor
from runner.spec import (
    Budget,
    Checkpoint,
    Outcome,
    Person,
    Remark,
    RunSpec,
    Snippet,
)

_MAX_REMARKS = 30
_FIRST_SNIPPETS = 20
log = structlog.get_logger()


class Finder(Protocol):
    """The index, asked for pieces of one task's repository."""

    async def snippets(
        self, task: Task, text: str, *, k: int, ref: str = ""
    ) -> tuple[str, tuple[Snippet, ...]]:
        """Return the mode of the search and at most *k* pieces; raise `CadenceError`."""
        ...


class Desk:
    """See `runner.lines.desk.Desk` for the promises."""

    def __init__(
        self,
        agents: Agents,
        runs: Runs,
        run_log: RunLog,
        github: GitHubApp,
        redactor: Redactor,
        defaults: RunDefaults,
        *,
        finder: Finder | None = None,
        keeping: Keeping | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._agents = agents
        self._runs = runs
        self._log = run_log
        self._github = github
        self._redactor = redactor
        self._defaults = defaults
        self._finder = finder
        self._keeping = keeping
        self._now = now
        self._specs: dict[str, asyncio.Task[RunSpec]] = {}

    async def run_of(self, token_hash: str) -> Run | None:
        """Return the run of a token."""
        return await self._runs.by_token(token_hash)

    def model_of(self, task: Task) -> str:
        """Return the name of the model that works on *task*."""
        return model_name(self._defaults, task.options.model)

    def prepare(self, run: Run) -> None:
        """Begin to put the spec together while the machine comes up."""
        if run.id not in self._specs:
            self._specs[run.id] = asyncio.create_task(self._build(run))

    def forget(self, run_id: str) -> None:
        """Drop what was prepared for a run that is over."""
        task = self._specs.pop(run_id, None)
        if task is not None:
            task.cancel()

    async def spec_of(self, run: Run) -> RunSpec:
        """Return what the run is to do; a failure is tried anew at the next call."""
        self.prepare(run)
        task = self._specs[run.id]
        try:
            return await asyncio.shield(task)
        except BaseException:
            if task.done():
                self._specs.pop(run.id, None)
            raise

    async def refuse(self, run: Run, reason: str) -> None:
        """End a run whose spec there will never be."""
        outcome = Outcome(status="failed", reason=reason)
        await self.record_result(run.id, run.acked_seq + 1, outcome)

    async def wishes_for(self, run: Run) -> Wishes:
        """Return what people want of the run now."""
        status, by, words = await self._agents.wanted(run.agent_id)
        return Wishes(
            is_paused=status is AgentStatus.PAUSED and not by,
            cancel_reason=(TIME_IS_UP if by == TIME_IS_UP else f"stopped by @{by}") if by else None,
            messages=tuple(MessageFrame(id=w.id, text=w.text, author=w.author) for w in words),
        )

    async def renew(self, run: Run) -> None:
        """Move the lease's end."""
        until = self._now() + timedelta(seconds=self._defaults.lease_s)
        await self._runs.renew(run.id, until)

    async def record(
        self, run_id: str, seq: int, kind: str, data: dict[str, Any], at: datetime
    ) -> bool:
        """Store an event once, without secrets."""
        return await self._log.record(run_id, seq, kind, self._redactor.redact_json(data), at)

    async def record_result(self, run_id: str, seq: int, outcome: Outcome) -> bool:
        """Store the result once, without secrets."""
        clean = self._redactor.redact_json(outcome.model_dump(mode="json", by_alias=True))
        return await self._log.record_result(run_id, seq, Outcome.model_validate(clean))

    async def record_checkpoint(self, run: Run, seq: int, checkpoint: Checkpoint) -> bool:
        """Store where the run came to, once."""
        if self._keeping is None:
            raise Unavailable("this coordinator keeps no checkpoints")
        return await self._keeping.record(run, seq, checkpoint)

    async def note_pause(self, run: Run, *, is_paused: bool) -> None:
        """Note since when the run waits; whoever follows it may put its machine to sleep."""
        await self._log.note_pause(run.id, is_paused=is_paused)

    async def clone_token(self, run: Run) -> str:
        """Mint a token that reads the contents of the run's repository, nothing else."""
        task = (await self._agents.get(run.agent_id)).task
        token = await self._github.mint(
            task.installation_id,
            repository_ids=[task.repository_id],
            permissions={"contents": "read"},
        )
        return token.value

    async def search(self, run: Run, query: str, k: int) -> tuple[str, tuple[Snippet, ...]]:
        """Ask the index about the run's repository; what it finds comes without secrets."""
        if self._finder is None:
            raise Unavailable("this coordinator has no index")
        task = (await self._agents.get(run.agent_id)).task
        ref = task.options.base or ""
        mode, found = await self._finder.snippets(task, query, k=k, ref=ref)
        return mode, await asyncio.to_thread(self._without_secrets, found)

    def _without_secrets(self, found: tuple[Snippet, ...]) -> tuple[Snippet, ...]:
        clean = self._redactor.redact
        return tuple(
            piece.model_copy(update={"text": clean(piece.text), "reason": clean(piece.reason)})
            for piece in found
        )

    async def _build(self, run: Run) -> RunSpec:
        agent = await self._agents.get(run.agent_id)
        task = agent.task
        repository = self._github.repository(
            task.installation_id, task.repository, repository_id=task.repository_id
        )
        info, remarks, snippets, checkpoint = await asyncio.gather(
            repository.get(), self._remarks(agent), self._snippets(agent), self._checkpoint(run)
        )
        base = task.options.base or info.default_branch
        if not base:
            raise RepositoryUnusable(f"{task.repository} has no default branch")
        return RunSpec(
            run_id=run.id,
            agent_id=agent.id,
            number=agent.number,
            attempt=run.attempt,
            repository=info.full_name,
            clone_url=f"{self._defaults.git_url}/{info.full_name}.git",
            base=base,
            branch=agent.branch,
            issue=task.issue,
            issue_title=task.issue_title,
            issue_body=task.issue_body,
            instruction=task.instruction,
            requester=task.requester.login,
            wants_answer_only=task.wants_answer_only,
            remarks=remarks,
            snippets=snippets,
            author=self._defaults.author,
            co_author=Person(name=task.requester.login, email=task.requester.email),
            model=model_spec(self._defaults, task.options.model),
            budget=self._budget(agent),
            spent_usd=agent.cost_usd,
            checkpoint=checkpoint,
            resumed=await self._why_again(run),
            max_clone_mb=self._defaults.max_clone_mb,
            sandbox="bubblewrap" if self._defaults.has_sandbox else "none",
        )

    async def _snippets(self, agent: Agent) -> tuple[Snippet, ...]:
        """Return the places that the task is about; without an index the agent looks by itself."""
        task = agent.task
        if self._finder is None:
            return ()
        text = "\n\n".join(filter(None, (task.issue_title, task.instruction, task.issue_body)))
        try:
            _, found = await self._finder.snippets(
                task, text, k=_FIRST_SNIPPETS, ref=task.options.base or ""
            )
        except CadenceError as error:
            log.info("no snippets", agent_id=agent.id, reason=str(error))
            return ()
        return tuple(
            one.model_copy(update={"text": self._redactor.redact(one.text)}) for one in found
        )

    def _budget(self, agent: Agent) -> Budget:
        """Return the whole budget; what earlier runs spent of it is told beside it."""
        budget = self._defaults.budget
        return budget.model_copy(update={"usd": agent.task.options.budget_usd or budget.usd})

    async def _checkpoint(self, run: Run) -> Checkpoint | None:
        """Return where an earlier run came to."""
        if self._keeping is None or run.attempt == 1:
            return None
        checkpoint = await self._keeping.newest(run.agent_id, but_of=run.id)
        if checkpoint is not None:
            await self._runs.set_from_checkpoint(run.id, checkpoint.number)
        return checkpoint

    async def _why_again(self, run: Run) -> Literal["", "paused", "lost"]:
        """Return how the run before this one ended."""
        if run.attempt == 1:
            return ""
        earlier = [one for one in await self._runs.of_agent(run.agent_id) if one.id != run.id]
        was_paused = bool(earlier) and earlier[-1].paused_at is not None
        return "paused" if was_paused else "lost"

    async def _remarks(self, agent: Agent) -> tuple[Remark, ...]:
        """Return the conversation as it stood when the task was triggered."""
        task = agent.task
        if task.issue is None:
            return ()
        repository = self._github.repository(
            task.installation_id, task.repository, repository_id=task.repository_id
        )
        try:
            comments = await repository.comments(task.issue, until=task.triggered_at)
        except NotFound:  # the issue is gone; its words came with the task
            return ()
        ours = self._defaults.bot_user_id
        others = [c for c in comments if c.author_id != ours and c.id != task.comment_id]
        return tuple(map(_remark, others[-_MAX_REMARKS:]))


def _remark(comment: Comment) -> Remark:
    return Remark(author=comment.author, body=comment.body, at=comment.created_at)
