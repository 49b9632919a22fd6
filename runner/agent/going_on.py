"""The beginning of a run that goes on where another one stopped."""

import shutil
from pathlib import Path

import structlog

from runner.agent.course import Course
from runner.agent.keeper import Keeper, Restored
from runner.agent.seams import RunFailed

OTHER_MACHINE = (
    "Note of the harness: you go on in another machine. The files are as you left them; the "
    "shell's working directory and variables, background processes and ignored files are not."
)
log = structlog.get_logger()


async def fetched(course: Course, keeper: Keeper, root: Path) -> Restored | None:
    """Return what an earlier run kept; None, with a word about it, when there is nothing."""
    spec = course.spec
    if spec.checkpoint is None:
        if spec.resumed:
            await course.log("The machine was lost before anything was kept; beginning anew.")
        return None
    folder = root / "checkpoint"
    try:
        return await keeper.fetch(spec.checkpoint, folder)
    except (RunFailed, KeyError, TypeError, OSError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        await told_anew(course, error)
        return None


async def told_of(course: Course) -> None:
    """Say that the work goes on; after a pause nobody need know that the machine is another."""
    if course.spec.resumed == "paused":
        await course.log("Going on.")
    elif course.spec.checkpoint is not None:
        step = course.spec.checkpoint.step
        await course.log(f"The machine was lost; another one goes on after step {step}.")


async def told_anew(course: Course, error: Exception) -> None:
    """Say that nothing could be made of a checkpoint, and why."""
    log.warning("checkpoint not used", error=str(error))
    await course.log(
        f"What was kept of the work could not be used, so it begins anew: {error}", level="warning"
    )
