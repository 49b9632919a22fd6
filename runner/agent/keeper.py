"""Checkpoints of a run: taken between two steps, fetched at the start of the next run.

One is the conversation as it is, what was counted, and the tree. What did not change since the
last one is not sent again; after many pieces a chain is begun anew.
"""

import asyncio
import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import structlog

from runner.agent.course import Course, Finish, PlanItem
from runner.agent.ground import Ground
from runner.agent.measure import Measurements
from runner.agent.seams import Archive, RunFailed, StoreAway, ToolFailed
from runner.agent.snapshot import Snapshots
from runner.agent.talk_parts import TalkChain, unpack
from runner.spec import Checkpoint, Part, Tokens, TreeState, Verification

MOST_TALK_PARTS = 40
MOST_TREE_PARTS = 16
log = structlog.get_logger()

_TOO_LARGE = (
    "The work cannot be kept between steps any more ({why}); if the machine is lost, the next one "
    "goes on from the last step that was kept."
)


@dataclass(slots=True, kw_only=True)
class Standing:
    """Where the work stands: *round* 0 is the task itself, then come the repairs.

    *is_over* says that the agent finished this round; *finish* is what it said last.
    """

    round: int = 0
    is_question: bool = False
    is_over: bool = False
    finish: Finish | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a checkpoint holds."""

    checkpoint: Checkpoint
    tree: TreeState
    history: list[Any] = field(default_factory=list)
    state: dict[str, Any] = field(default_factory=dict)
    bundles: list[Path] = field(default_factory=list)


class Keeper:
    """Takes the checkpoints of one run."""

    def __init__(self, course: Course, archive: Archive | None) -> None:
        self.standing = Standing()
        self.asked = 0
        self._course = course
        self._archive = archive
        self._measurements: Measurements | None = None
        self._chain: Snapshots | None = None
        self._talk = TalkChain()
        self._talk_parts: tuple[Part, ...] = ()
        self._tree_parts: tuple[Part, ...] = ()
        earlier = course.spec.checkpoint
        self._number = earlier.number if earlier else 0
        self._kept = ""
        self._afresh = False
        self._has_warned = False
        self._missed = 0

    def begin(self, ground: Ground, measurements: Measurements) -> None:
        """Know the tree and the measurements from now on."""
        workspace = ground.workspace
        self._measurements = measurements
        self._chain = Snapshots(
            ground.hands,
            workspace.tree,
            base_sha=workspace.base_sha,
            start=workspace.start,
            head=workspace.head,
        )

    async def save(self, history: list[Any]) -> None:
        """Keep where the run stands, if anything is new; a failure costs the checkpoint only."""
        if self._archive is None or self._chain is None:
            return
        key = self._key(history)
        if key == self._kept and not self._course.is_touched:
            return
        try:
            await self._save(self._archive, self._chain, history)
        except (RunFailed, ToolFailed, OSError) as error:
            self._afresh = True  # what was packed may not have come through
            self._missed += 1
            log.warning("checkpoint not kept", error=str(error))
            # A coordinator that is restarted is there again at the next step.
            is_passing = isinstance(error, StoreAway) and self._missed == 1
            if not is_passing and not self._has_warned:
                self._has_warned = True
                await self._course.log(_TOO_LARGE.format(why=str(error)), level="warning")
        else:
            self._kept, self._afresh, self._missed = key, False, 0
            self._course.is_touched = False

    async def _save(self, archive: Archive, chain: Snapshots, history: list[Any]) -> None:
        afresh = self._afresh or len(self._talk_parts) >= MOST_TALK_PARTS
        afresh = afresh or len(self._tree_parts) >= MOST_TREE_PARTS
        piece = self._talk.pack(history, self._state(), afresh=afresh)
        putting = asyncio.create_task(archive.put("talk", piece))
        try:
            tree, tree_parts = await self._tree(archive, chain, afresh=afresh)
            talk = await putting
        finally:
            putting.cancel()
        self._talk_parts = (talk,) if afresh else (*self._talk_parts, talk)
        self._tree_parts = tree_parts
        self._number += 1
        await archive.keep(
            Checkpoint(
                number=self._number,
                run_id=self._course.spec.run_id,
                step=self._course.meter.steps,
                tree=tree,
                parts=(*self._talk_parts, *self._tree_parts),
            )
        )

    async def _tree(
        self, archive: Archive, chain: Snapshots, *, afresh: bool
    ) -> tuple[TreeState, tuple[Part, ...]]:
        """Return the state of the tree and the bundles that make it."""
        if chain.last is not None and not afresh and not self._course.is_touched:
            return chain.last, self._tree_parts
        tree, bundle = await chain.take(afresh=afresh)
        if bundle is None:
            return tree, self._tree_parts
        try:
            part = await archive.put("tree", bundle)
        finally:
            await asyncio.to_thread(bundle.unlink, missing_ok=True)
        return tree, (part,) if afresh else (*self._tree_parts, part)

    def _key(self, history: list[Any]) -> str:
        facts = [len(history), history[-1:], self.standing.round, self.standing.is_over]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()

    def _state(self) -> dict[str, Any]:
        course, standing = self._course, self.standing
        latest = self._measurements.latest if self._measurements else Verification()
        return {
            "round": standing.round,
            "isQuestion": standing.is_question,
            "isOver": standing.is_over,
            "finish": asdict(standing.finish) if standing.finish else None,
            "plan": [asdict(item) for item in course.plan],
            "steps": course.meter.steps,
            "tokens": course.meter.tokens.model_dump(),
            "elapsedS": course.clock.elapsed_s,
            "heard": course.control.heard,
            "asked": course.asked,
            "lastError": course.last_error,
            "verification": latest.model_dump(),
        }

    async def fetch(self, checkpoint: Checkpoint, folder: Path) -> Restored:
        """Fetch what an earlier run kept; raise `RunFailed`."""
        if self._archive is None or checkpoint.tree is None:
            raise RunFailed("There is nowhere to fetch it from.")
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        archive = self._archive
        files = await asyncio.gather(
            *(archive.get(part, folder / part.sha256) for part in checkpoint.parts)
        )
        pairs = list(zip(checkpoint.parts, files, strict=True))
        pieces = [path.read_bytes() for part, path in pairs if part.kind == "talk"]
        history, state = await asyncio.to_thread(unpack, pieces)
        bundles = [path for part, path in pairs if part.kind == "tree"]
        if not history:
            raise RunFailed("It holds no conversation.")
        return Restored(
            checkpoint=checkpoint,
            tree=checkpoint.tree,
            history=history,
            state=state,
            bundles=bundles,
        )

    async def put_back(self, restored: Restored) -> None:
        """Make the tree what it was, and go on counting where the other run stopped."""
        if self._chain is None:
            raise RuntimeError("the ground is not there yet")
        await self._chain.unpack(restored.bundles)
        await self._chain.put_back(restored.tree)

    async def put_back_again(self, restored: Restored) -> None:
        """Undo what setup did to files that belong to the work."""
        if self._chain is not None:
            await self._chain.put_back(restored.tree)

    def go_on(self, restored: Restored) -> None:
        """Take over what was counted, said and measured."""
        course, state = self._course, restored.state
        finish = state["finish"]
        self.standing = Standing(
            round=state["round"],
            is_question=state["isQuestion"],
            is_over=state["isOver"],
            finish=Finish(**finish) if finish else None,
        )
        course.plan = tuple(PlanItem(**item) for item in state["plan"])
        course.meter.steps = state["steps"]
        course.meter.tokens = Tokens(**state["tokens"])
        course.clock.start_at(state["elapsedS"])
        course.control.heard_before(state["heard"])
        course.asked = state["asked"]
        course.last_error = state["lastError"]
        if self._measurements is not None:
            self._measurements.latest = Verification(**state["verification"])
        parts = restored.checkpoint.parts
        self._talk_parts = tuple(part for part in parts if part.kind == "talk")
        self._tree_parts = tuple(part for part in parts if part.kind == "tree")
        self._talk.resume(restored.history)
        self._kept = self._key(restored.history)
