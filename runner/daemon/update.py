"""A newer version beside the one that runs: made whole, tried, and only then switched to."""

import asyncio
import contextlib
import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from pydantic import SecretStr

INSTALL_S = 600.0
TRIAL_S = 60.0
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+!-]{0,63}")
_WHO = "import bot.__main__, importlib.metadata as m; print(m.version('cadence-bot'))"
_KEPT = 2
log = structlog.get_logger()


class UpdateFailed(Exception):
    """The version was not installed, or did not come up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Where versions live, what pip is asked for (``cadence-bot=={version}``), how to begin again.

    *arguments* are the program's own, without its name and its token.
    """

    root: Path
    package: str
    arguments: Sequence[str]
    token: SecretStr
    environment: Mapping[str, str] = field(default_factory=dict)
    trial_s: float = TRIAL_S


class Versions:
    """Virtual environments by version, and ``current``, a link to the one that is used."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._folder = plan.root / "versions"
        self.current = plan.root / "current"

    async def bring_to(self, version: str) -> str:
        """Become *version*; return only when that did not work, with a sentence."""
        try:
            program = await self.prepared(version)
            await self._tried(program)
        except (UpdateFailed, OSError) as error:
            shutil.rmtree(self._place(version), ignore_errors=True)
            return str(error)
        self.switch(version)
        self._begin_again(self.current / "bin/cadence")
        return "the new program could not be started"

    async def prepared(self, version: str) -> Path:
        """Install *version* into a folder of its own; raise `UpdateFailed`."""
        if not _VERSION.fullmatch(version):
            raise UpdateFailed("this is no version")
        place = self._place(version)
        python = place / "bin/python"
        await asyncio.to_thread(shutil.rmtree, place, ignore_errors=True)
        await self._ran([sys.executable, "-m", "venv", str(place)], INSTALL_S)
        wanted = self._plan.package.replace("{version}", version)
        pip = (
            *("-I", "-m", "pip", "install", "--quiet", "--no-input"),
            "--disable-pip-version-check",
        )
        await self._ran([str(python), *pip, "--", wanted], INSTALL_S)
        said = await self._ran([str(python), "-I", "-c", _WHO], TRIAL_S)
        if version not in said.split():
            raise UpdateFailed(f"what was installed says that it is {said.strip()[:60]}")
        return place / "bin/cadence"

    def switch(self, version: str) -> None:
        """Let ``current`` be *version*, at once; remove versions of long ago."""
        fresh = self.current.with_name("current.next")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(self._place(version))
        fresh.replace(self.current)
        by_age = sorted(self._folder.iterdir(), key=lambda path: -path.stat().st_mtime)
        for old in [path for path in by_age if path.name != version][_KEPT - 1 :]:
            shutil.rmtree(old, ignore_errors=True)

    def _place(self, version: str) -> Path:
        return self._folder / version

    async def _tried(self, program: Path) -> None:
        """Have the new program dial in once: it takes nothing, and leaves when it was let in."""
        arguments = [str(program), *self._plan.arguments, "--trial"]
        reading = self._token_pipe()
        try:
            at = ("--token-file", f"/dev/fd/{reading}")
            await self._ran([*arguments, *at], self._plan.trial_s, keep=(reading,))
        finally:
            os.close(reading)

    def _begin_again(self, program: Path) -> None:
        reading = self._token_pipe()
        os.set_inheritable(reading, True)
        at = ("--token-file", f"/dev/fd/{reading}")
        log.info("going on as another version", program=str(program.resolve()))
        with contextlib.suppress(OSError):
            os.execve(  # noqa: S606 - our own program, no shell
                program,
                [str(program), *self._plan.arguments, *at],
                dict(self._plan.environment),
            )
        os.close(reading)

    def _token_pipe(self) -> int:
        """Return a descriptor that the token can be read from, once."""
        reading, writing = os.pipe()
        with os.fdopen(writing, "w") as file:
            file.write(self._plan.token.get_secret_value())
        return reading

    async def _ran(self, argv: list[str], wait_s: float, *, keep: tuple[int, ...] = ()) -> str:
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=dict(self._plan.environment),
            pass_fds=keep,
            cwd=self._plan.root,
            start_new_session=True,
        )
        try:
            output, _ = await asyncio.wait_for(process.communicate(), wait_s)
        except TimeoutError as error:
            raise UpdateFailed(f"{Path(argv[0]).name} took longer than {wait_s:.0f} s") from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        text = output.decode(errors="replace")
        if process.returncode != 0:
            raise UpdateFailed(f"{Path(argv[0]).name} failed: {text.strip()[-300:]}")
        return text
