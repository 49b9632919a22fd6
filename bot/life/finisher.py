"""The end of an agent: publish what there is, then say how it ended, in that order."""

from pathlib import Path
from typing import Any

from bot.agents import Agents
from bot.domain import Agent, Phase, Run
from bot.errors import CadenceError, PublishRefused, Unavailable
from bot.life.keeping import Keeping
from bot.life.losses import without_result
from bot.publisher import Published, Publisher
from runner.lines.uploads import Uploads
from runner.spec import Outcome


class Finisher:
    """See `bot.dispatcher.Finisher` for the promises."""

    def __init__(
        self,
        agents: Agents,
        publisher: Publisher,
        uploads: Uploads,
        keeping: Keeping,
        folder: Path,
    ) -> None:
        self._agents = agents
        self._publisher = publisher
        self._uploads = uploads
        self._keeping = keeping
        self._folder = folder / "incoming"

    async def finish(self, agent: Agent, run: Run | None, *, why_lost: str) -> None:
        """Publish and end the agent; what is kept of it goes only when that is written down."""
        await self._finish(agent, run, why_lost)
        await self._keeping.forget(agent.id)

    async def _finish(self, agent: Agent, run: Run | None, why_lost: str) -> None:
        if run is None or not run.result:
            await self._end_without_result(agent, why_lost)
            return
        outcome = Outcome.model_validate(run.result)
        bundle = await self._bundle(run) if outcome.bundle_sha256 else None
        facts = outcome.model_dump(mode="json", by_alias=True)
        try:
            published = None
            if bundle is not None:
                await self._agents.reach(agent.id, Phase.PUBLISHING)
                published = await self._publisher.publish(agent, outcome, bundle)
                facts["publish"] = _facts(published)
        except Unavailable:
            raise
        except CadenceError as error:
            facts["publish"] = {"error": str(error), "refused": isinstance(error, PublishRefused)}
            await self._agents.fail(agent.id, _reason(outcome, str(error)), facts)
        else:
            await self._end(agent, outcome, facts, published)
        if bundle is not None:
            bundle.unlink(missing_ok=True)
            await self._uploads.drop_bundle(run.id)

    async def _bundle(self, run: Run) -> Path:
        """Fetch the bundle from the store; another coordinator may have taken it in."""
        return await self._uploads.fetch_bundle(run.id, self._folder)

    async def _end(
        self, agent: Agent, outcome: Outcome, facts: dict[str, Any], published: Published | None
    ) -> None:
        if published is not None and published.pr_number is not None:
            await self._agents.set_pull(
                agent.id,
                number=published.pr_number,
                url=published.pr_url,
                branch=published.branch,
            )
        if outcome.status == "completed":
            await self._agents.complete(agent.id, facts)
        elif outcome.status == "cancelled":
            await self._agents.finish_cancelled(agent.id, outcome.reason, facts)
        else:
            await self._agents.fail(agent.id, outcome.reason, facts)

    async def _end_without_result(self, agent: Agent, why_lost: str) -> None:
        by = await self._agents.cancelled_by(agent.id)
        reason = without_result(by, why_lost)
        end = self._agents.finish_cancelled if by else self._agents.fail
        await end(agent.id, reason)


def _reason(outcome: Outcome, error: str) -> str:
    return f"{outcome.reason}; {error}" if outcome.reason else error


def _facts(published: Published) -> dict[str, Any]:
    return {
        "branch": published.branch,
        "headSha": published.head_sha,
        "note": published.note,
    }
