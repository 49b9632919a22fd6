"""What a machine is made of on this machine: processes, a folder, and a file with its output."""

import asyncio
import contextlib
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

_INSIDE = Path(__file__).with_name("inside.py")
_PATIENCE_S = 10.0


class Body:
    """The processes of one boot of a machine; see `deploy.devkit.fly.inside`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._turn = asyncio.Lock()

    @classmethod
    async def born(
        cls, command: Sequence[str], *, home: Path, environment: Mapping[str, str], log: Path
    ) -> Self:
        """Start *command* in the folder *home*; return when it has begun."""
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", str(_INSIDE), *command),
                cwd=home,
                env=dict(environment),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=output,
                start_new_session=True,
            )
        body = cls(process)
        try:
            await body._tell("")
        except asyncio.CancelledError:
            await body.kill()
            raise
        return body

    @property
    def pid(self) -> int:
        """The first process."""
        return self._process.pid

    @property
    def is_over(self) -> bool:
        """Whether no process is left."""
        return self._process.returncode is not None

    async def ended(self) -> int:
        """Wait until no process is left; return the exit code of the program."""
        return await self._process.wait()

    async def freeze(self) -> None:
        """Stop all processes as they are."""
        await self._tell("freeze")

    async def thaw(self) -> None:
        """Let all processes go on."""
        await self._tell("thaw")

    async def signal(self, number: int) -> None:
        """Send a signal to the program, as the init of a real machine would."""
        await self._tell(f"signal {number}")

    async def kill(self) -> None:
        """End all processes without a word."""
        await self._tell("kill")
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def _tell(self, line: str) -> None:
        talk_in, talk_out = self._process.stdin, self._process.stdout
        if talk_in is None or talk_out is None or self._process.returncode is not None:
            return
        # The processes may end at any time; then there is nobody left to tell.
        with contextlib.suppress(ConnectionError, TimeoutError):
            async with self._turn, asyncio.timeout(_PATIENCE_S):
                if line:
                    talk_in.write(f"{line}\n".encode())
                    await talk_in.drain()
                await talk_out.readline()


class Bodies:
    """Where machines run: *command* for all of them, *root* for their folders.

    *image_env* is what the image itself would set; the machine's own environment is added to it.
    """

    def __init__(self, command: Sequence[str], root: Path, image_env: Mapping[str, str]) -> None:
        self._command = list(command)
        self._root = root
        self._image_env = dict(image_env)
        self._living: set[Body] = set()
        self._births: set[asyncio.Task[Body]] = set()

    def home(self, machine_id: str) -> Path:
        """Return the folder that is the file system of a machine."""
        return self._root / machine_id

    async def boot(self, machine_id: str, env: Mapping[str, str], *, keeps_disk: bool) -> Body:
        """Start a machine's processes; its folder is empty but when it *keeps_disk*.

        A start that nobody waits for any more is brought to its end, so that `close` finds it.
        """
        birth = asyncio.create_task(self._born(machine_id, env, keeps_disk=keeps_disk))
        self._births.add(birth)
        birth.add_done_callback(self._births.discard)
        return await asyncio.shield(birth)

    async def _born(self, machine_id: str, env: Mapping[str, str], *, keeps_disk: bool) -> Body:
        home = self.home(machine_id)
        await asyncio.to_thread(_prepared, home, keeps_disk=keeps_disk)
        own = {"HOME": str(home), "TMPDIR": str(home)}
        environment = self._image_env | own | dict(env)
        log = self._log(machine_id)
        body = await Body.born(self._command, home=home, environment=environment, log=log)
        self._living = {one for one in self._living if not one.is_over} | {body}
        return body

    async def close(self) -> None:
        """End all processes of all machines."""
        await asyncio.gather(*self._births, return_exceptions=True)
        await asyncio.gather(*(body.kill() for body in self._living))

    def log(self, machine_id: str) -> str:
        """Return all that a machine wrote."""
        path = self._log(machine_id)
        return path.read_text(errors="replace") if path.exists() else ""

    def forget(self, machine_id: str) -> None:
        """Remove the folder of a machine; what it wrote stays to be read."""
        shutil.rmtree(self.home(machine_id), ignore_errors=True)

    def _log(self, machine_id: str) -> Path:
        return self._root / f"{machine_id}.log"


def _prepared(home: Path, *, keeps_disk: bool) -> None:
    if not keeps_disk:
        shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True, exist_ok=True)
