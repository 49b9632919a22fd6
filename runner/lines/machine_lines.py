"""Where machines that wait for runs dial in: Fly's at ``/ws/machine``, daemons at ``/ws/daemon``.

What a machine is to do stands in the database, so any coordinator may decide it and the one that
holds the line tells it: at the start, whenever the bus names the machine, and every few seconds.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import structlog
from aiohttp import WSMsgType, web
from pydantic import ValidationError

from bot.bus import Bus
from bot.errors import CadenceError
from runner.machine_protocol import (
    BeatFrame,
    DrainFrame,
    EndedFrame,
    EndFrame,
    Enrolled,
    EnrolRequest,
    ReadyFrame,
    TakeFrame,
    TakenFrame,
    UpdateFrame,
    from_machine,
)
from runner.protocol import HEARTBEAT_S, MAX_FRAME_BYTES, known
from runner.spec import Wire

TOPIC = "machine"  # the bus: a machine's or a daemon's id whose orders changed
HELLO_S = 10.0
LOOK_S = 5.0
GONE = 4410
REPLACED = 4409
TOO_OLD = 4426
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What a machine is to do now; a run stays among *takes* until it was taken."""

    takes: tuple[TakeFrame, ...] = ()
    ends: tuple[str, ...] = ()
    drain: bool = False
    update_to: str = ""
    gone: bool = False


class MachineDesk(Protocol):
    """What a line needs to know of one kind of machine."""

    async def known(self, secret_hash: str) -> str | None:
        """Return the id of the machine that a credential belongs to."""
        ...

    async def ready(self, machine_id: str, frame: ReadyFrame) -> None:
        """Note that the machine dialled in."""
        ...

    async def beat(self, machine_id: str, frame: BeatFrame) -> None:
        """Note that the machine lives."""
        ...

    async def orders(self, machine_id: str) -> Orders:
        """Return what the machine is to do now."""
        ...

    async def taken(self, machine_id: str, frame: TakenFrame) -> None:
        """Note that a run was taken, or refused."""
        ...

    async def ended(self, machine_id: str, frame: EndedFrame) -> None:
        """Note that a run's program is over."""
        ...


Enrol = Callable[[str, EnrolRequest], Awaitable[Enrolled | None]]


class MachineLines:
    """The WebSocket door of one kind of machine."""

    def __init__(
        self, bus: Bus, path: str, *, enrol: Enrol | None = None, oldest_protocol: int = 1
    ) -> None:
        self._bus = bus
        self._path = path
        self._enrol = enrol
        self._oldest = oldest_protocol
        self._waiting: MachineDesk | None = None
        self._lines: dict[str, web.WebSocketResponse] = {}

    def open_for(self, desk: MachineDesk, *, enrol: Enrol | None = None) -> None:
        """Let machines in; before that they are asked to come again."""
        self._waiting, self._enrol = desk, enrol or self._enrol

    @property
    def connected(self) -> frozenset[str]:
        """The ids of the machines whose line ends here."""
        return frozenset(self._lines)

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes to add to the application."""
        return [
            web.get(self._path, self._dialled),
            web.post(f"{self._path}/enrol", self._enrolled),
        ]

    async def close(self) -> None:
        """Hang up; the machines will dial again."""
        for line in list(self._lines.values()):
            await line.close(code=1012, message=b"restart")

    @property
    def _desk(self) -> MachineDesk:
        if self._waiting is None:
            raise web.HTTPServiceUnavailable
        return self._waiting

    async def _enrolled(self, request: web.Request) -> web.Response:
        if self._enrol is None:
            raise web.HTTPServiceUnavailable if self._waiting is None else web.HTTPNotFound
        try:
            asked = EnrolRequest.model_validate_json(await request.text())
        except ValidationError as error:
            raise web.HTTPBadRequest(text="this is no enrolment") from error
        enrolled = await self._enrol(_token_hash(request), asked)
        if enrolled is None:
            raise web.HTTPUnauthorized
        return web.json_response(text=enrolled.to_json())

    async def _dialled(self, request: web.Request) -> web.WebSocketResponse:
        machine_id = await self._desk.known(_token_hash(request))
        if machine_id is None:
            raise web.HTTPUnauthorized
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=MAX_FRAME_BYTES)
        await socket.prepare(request)
        older = self._lines.pop(machine_id, None)
        self._lines[machine_id] = socket
        if older is not None:
            await older.close(code=REPLACED, message=b"replaced")
        try:
            await self._talk(socket, machine_id)
        except* (ValidationError, CadenceError) as group:
            reason = type(group.exceptions[0]).__name__
            log.warning("machine line closed", machine=machine_id, reason=reason)
            await socket.close(code=1008)
        except* (ConnectionError, TimeoutError):
            log.info("machine line broke", machine=machine_id)
        finally:
            if self._lines.get(machine_id) is socket:
                del self._lines[machine_id]
        return socket

    async def _talk(self, socket: web.WebSocketResponse, machine_id: str) -> None:
        first = await socket.receive(timeout=HELLO_S)
        ready = known(from_machine, first.data) if first.type is WSMsgType.TEXT else None
        if not isinstance(ready, ReadyFrame):
            await socket.close(code=1008, message=b"the first frame is ready")
            return
        if ready.protocol < self._oldest:
            await socket.close(code=TOO_OLD, message=b"this program is too old: update it")
            return
        await self._desk.ready(machine_id, ready)
        # A line that hears but is told nothing would be a trap: both ends together.
        async with asyncio.TaskGroup() as ends:
            telling = ends.create_task(self._tell(socket, machine_id))
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._heard(machine_id, message.data)
            telling.cancel()

    async def _heard(self, machine_id: str, text: str) -> None:
        match known(from_machine, text):
            case BeatFrame() as frame:
                await self._desk.beat(machine_id, frame)
            case TakenFrame() as frame:
                await self._desk.taken(machine_id, frame)
            case EndedFrame() as frame:
                await self._desk.ended(machine_id, frame)
            case ReadyFrame() as frame:
                await self._desk.ready(machine_id, frame)

    async def _tell(self, socket: web.WebSocketResponse, machine_id: str) -> None:
        """Say what is to be done; what is not done yet is said again at every look."""
        said: set[str] = set()
        async with self._bus.watch(TOPIC, machine_id) as changes:
            with contextlib.suppress(ConnectionError):
                while True:
                    orders = await self._desk.orders(machine_id)
                    if orders.gone:
                        await socket.close(code=GONE, message=b"not needed any more")
                        return
                    for frame in _frames(orders, said):
                        await socket.send_str(frame.to_json())
                    await changes.wait(timeout_s=LOOK_S)


def _frames(orders: Orders, said: set[str]) -> list[Wire]:
    """Return what to say; drain and update once a line, takes and ends until they are done."""
    frames: list[Wire] = [*orders.takes, *(EndFrame(run_id=run_id) for run_id in orders.ends)]
    if orders.drain and "drain" not in said:
        said.add("drain")
        frames.append(DrainFrame())
    if orders.update_to and orders.update_to not in said:
        said.add(orders.update_to)
        frames.append(UpdateFrame(version=orders.update_to))
    return frames


def _token_hash(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise web.HTTPUnauthorized
    return hashlib.sha256(token.encode()).hexdigest()
