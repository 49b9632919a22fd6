"""What is kept of an agent's work while it works: checkpoints in the store, their rows beside."""

import structlog

from bot.blobs import Blobs
from bot.db.checkpoints import Checkpoints
from bot.domain import Run
from bot.errors import Unavailable
from bot.life.run_log import RunLog
from runner.lines.uploads import part_name
from runner.spec import CHECKPOINT_FORMAT, Checkpoint

log = structlog.get_logger()


class Keeping:
    """Store checkpoints, hand out the newest, and forget those of agents that are over."""

    def __init__(self, run_log: RunLog, checkpoints: Checkpoints, blobs: Blobs) -> None:
        self._log = run_log
        self._checkpoints = checkpoints
        self._blobs = blobs

    async def record(self, run: Run, seq: int, checkpoint: Checkpoint) -> bool:
        """Store *checkpoint* once, and drop the parts that no kept one needs."""
        is_new = await self._log.record_checkpoint(run.id, seq, checkpoint)
        if is_new:
            await self._drop_unused(run.agent_id, checkpoint)
        return is_new

    async def newest(self, agent_id: str, *, but_of: str = "") -> Checkpoint | None:
        """Return where the agent came to in a run other than *but_of*."""
        manifest = await self._checkpoints.newest(agent_id, but_of=but_of)
        if manifest is None or manifest.get("format") != CHECKPOINT_FORMAT:
            return None
        return Checkpoint.model_validate(manifest)

    async def newest_number(self, agent_id: str) -> int:
        """Return the number of the newest checkpoint, 0 when there is none."""
        return await self._checkpoints.newest_number(agent_id)

    async def forget(self, agent_id: str) -> None:
        """Delete everything that is kept of an agent."""
        await self._checkpoints.forget(agent_id)
        await self._blobs.remove(await self._blobs.names(f"checkpoints/{agent_id}"))

    async def _drop_unused(self, agent_id: str, newest: Checkpoint) -> None:
        """A chain that was begun anew leaves its old parts behind."""
        if len(newest.parts) > 2:  # a chain that goes on needs all that came before
            return
        needed = {part.sha256 for part in newest.parts}
        older = await self._checkpoints.kept(agent_id)
        needed |= {part["sha256"] for manifest in older for part in manifest["parts"]}
        wanted = {part_name(agent_id, sha256) for sha256 in needed}
        try:
            stored = await self._blobs.names(f"checkpoints/{agent_id}")
            await self._blobs.remove([name for name in stored if name not in wanted])
        except Unavailable as error:
            log.warning("old parts not dropped", agent_id=agent_id, reason=str(error))
