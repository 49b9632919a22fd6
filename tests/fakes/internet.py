"""A small internet behind a proxy: a zone, and one sink that stands for every address."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Internet:
    """Answers look-ups from *zone* (one answer set a look-up, the last one stays)."""

    zone: dict[str, list[list[str]]]
    asked: list[str] = field(default_factory=list)
    dialled: list[tuple[str, int]] = field(default_factory=list)
    received: bytearray = field(default_factory=bytearray)
    port: int = 0

    async def resolve(self, name: str) -> list[str]:
        self.asked.append(name)
        answers = self.zone.get(name)
        if not answers:
            raise OSError("no such name")
        return answers.pop(0) if len(answers) > 1 else answers[0]

    async def dial(self, address: str, port: int) -> Ends:
        self.dialled.append((address, port))
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def _sink(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            self.received += data
            writer.write(b"sink:" + data[-4:])
        writer.write(b"bye")
        writer.close()

    @asynccontextmanager
    async def up(self) -> AsyncIterator["Internet"]:
        server = await asyncio.start_server(self._sink, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield self
