"""Very many clients of live streams in one process: what each hears, when, and what it missed.

Reads one JSON line (host, port, clients as path and token), then commands: ``reset``, ``figures``,
``storm``. Each is answered by one JSON line.
"""

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import uvloop

READY_S = 30.0


@dataclass
class Ears:
    """What all clients heard."""

    delays_ms: list[float] = field(default_factory=list)
    frames: int = 0
    lost: int = 0
    twice: int = 0
    broken: int = 0


class Client(asyncio.Protocol):
    """One stream, read as bytes come."""

    def __init__(self, path: str, token: str, ears: Ears) -> None:
        self._path = path
        self._token = token
        self._ears = ears
        self._rest = b""
        self._transport: asyncio.Transport | None = None
        self.mark = b""
        self.is_on = asyncio.Event()
        self.is_wanted = True
        self._counts = path.startswith("/api/agents/")

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        mark = b"Last-Event-ID: %s\r\n" % self.mark if self.mark else b""
        head = f"GET {self._path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self._token}\r\n"
        transport.write(head.encode() + mark + b"\r\n")
        self._rest = b""

    def data_received(self, data: bytes) -> None:
        now = time.time()
        parts = (self._rest + data).split(b"\n\n")
        self._rest = parts.pop()
        if len(self._rest) > 1 << 20:
            self._rest = b""
        for part in parts:
            self._heard(part, now)

    def _heard(self, part: bytes, now: float) -> None:
        if b"event: agent" in part or b"event: hello" in part:
            self.is_on.set()
        at = part.find(b"id: ")
        if at < 0:
            return
        mark = part[at + 4 : part.index(b"\n", at)]
        self._ears.frames += 1
        if self._counts:
            step = int(mark) - int(self.mark or b"0")
            self._ears.lost += max(0, step - 1)
            self._ears.twice += step < 1
        self.mark = mark
        at = part.find(b'"sent":')
        if at >= 0:
            sent = float(part[at + 7 : at + 27].split(b"}")[0].split(b",")[0])
            self._ears.delays_ms.append((now - sent) * 1_000)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.is_wanted:
            self._ears.broken += 1

    def hang_up(self) -> None:
        self.is_wanted = False
        self.is_on.clear()
        if self._transport is not None:
            self._transport.abort()


async def connected(clients: list[Client], host: str, port: int) -> float:
    """Connect all at once; return the seconds until the last one hears."""
    loop, began = asyncio.get_running_loop(), time.perf_counter()

    async def one(client: Client) -> None:
        client.is_wanted = True
        await loop.create_connection(lambda: client, host, port)
        await client.is_on.wait()

    async with asyncio.timeout(READY_S * 4):
        await asyncio.gather(*(one(client) for client in clients))
    return time.perf_counter() - began


def figures(ears: Ears) -> dict[str, float]:
    delays = sorted(ears.delays_ms)
    return {
        "seen": len(delays),
        "p50 ms": round(delays[len(delays) // 2], 1) if delays else 0,
        "p99 ms": round(delays[int(len(delays) * 0.99)], 1) if delays else 0,
        "most ms": round(delays[-1], 1) if delays else 0,
        "frames": ears.frames,
        "lost": ears.lost,
        "twice": ears.twice,
        "broken": ears.broken,
    }


async def main() -> None:
    reader = asyncio.StreamReader(limit=1 << 24)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    given = json.loads(await reader.readline())
    ears = Ears()
    clients = [Client(path, token, ears) for path, token in given["clients"]]
    told: dict[str, float] = {"s": await connected(clients, given["host"], given["port"])}
    while True:
        print(json.dumps(told), flush=True)
        command = (await reader.readline()).decode().strip()
        if command == "reset":
            ears.delays_ms.clear()
            told = {}
        elif command == "figures":
            told = figures(ears)
        elif command == "storm":
            for client in clients:
                client.hang_up()
            told = {"s": await connected(clients, given["host"], given["port"])}
        else:
            return


if __name__ == "__main__":
    uvloop.run(main())
