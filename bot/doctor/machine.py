"""The machine: Python, programs, the sandbox, the disk."""

import asyncio
import contextlib
import os
import re
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from bot.db.checkup import nearest
from bot.doctor.finding import Finding, Patient, fail, good, warn
from runner.agent.sandbox_check import check_sandbox

_TIMEOUT_S = 15
_PYTHON = ((3, 11), (3, 13))
_GIB = 1024**3

# The first patch of each release line without the holes in cloning that were closed in July 2025
# (CVE-2025-48384 and its companions). Debian 12 has its fix in 2.39.5 under the old number.
_GIT_OLDEST = (2, 36)
_GIT_FIXED = {39: 5, 43: 7, 44: 4, 45: 4, 46: 4, 47: 3, 48: 2, 49: 1}
_GIT_FIXED_FROM = (2, 50, 1)


async def look(patient: Patient) -> list[Finding]:
    """Return what is to be said about this machine."""
    return [
        python(sys.version_info[:2]),
        await _git(),
        await _ripgrep(),
        await _sandbox(patient),
        _disk(patient.data_dir),
    ]


def python(version: tuple[int, ...]) -> Finding:
    """Judge the Python that runs us."""
    text = ".".join(map(str, version))
    if _PYTHON[0] <= version <= _PYTHON[1]:
        return good("Python", text)
    return fail("Python", f"{text} is not supported", "use Python 3.11, 3.12 or 3.13")


def git(said: str) -> Finding:
    """Judge what ``git --version`` said."""
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", said)
    if found is None:
        return fail("git", "not found", "install git: apt-get install -y git")
    version = tuple(map(int, found.groups()))
    if version < _GIT_OLDEST:
        return fail("git", f"{found[0]} is too old", "install git 2.39 or newer")
    fixed = _GIT_FIXED.get(version[1])
    if version >= _GIT_FIXED_FROM or (fixed is not None and version[2] >= fixed):
        return good("git", found[0])
    return warn("git", f"{found[0]} has known holes in cloning", "upgrade git, best to 2.50.1")


async def _git() -> Finding:
    _, said = await _output("git", "--version")
    return git(said)


async def _ripgrep() -> Finding:
    status, said = await _output("rg", "--version")
    if status == 0:
        return good("ripgrep", said.splitlines()[0].removeprefix("ripgrep "))
    return fail("ripgrep", "not found", "install it: apt-get install -y ripgrep")


async def _sandbox(patient: Patient) -> Finding:
    if patient.no_sandbox:
        remedy = "remove CADENCE_NO_SANDBOX"
        return warn("sandbox", "switched off: what the model asks for runs unconfined", remedy)
    if sys.platform != "linux":
        return warn("sandbox", f"reduced isolation on {sys.platform}", "run Cadence on Linux")
    # The same look as a run has before it starts; the first of what it finds is the cage itself.
    found, *_ = await check_sandbox()
    if found.is_fine:
        return good("sandbox", found.detail)
    return fail("sandbox", f"agents are refused: {found.detail}", found.remedy)


def _disk(data_dir: Path) -> Finding:
    place = nearest(data_dir.absolute())
    free = shutil.disk_usage(place).free
    text = f"{free / _GIB:.1f} GiB free at {place}"
    if free < _GIB:
        return fail("disk", text, "make room, or move CADENCE_DATA_DIR")
    return good("disk", text) if free >= 5 * _GIB else warn("disk", text, "clones need more soon")


async def _output(*argv: str) -> tuple[int, str]:
    """Run *argv*; return its exit code and what it said, or -1 when it is missing or hangs."""
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        return -1, str(error)
    with _ended(process):
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                said, _ = await process.communicate()
        except TimeoutError:
            return -1, "no answer"
    return process.returncode or 0, said.decode(errors="replace")


@contextlib.contextmanager
def _ended(process: asyncio.subprocess.Process) -> Iterator[None]:
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
