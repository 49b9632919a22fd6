"""The server: a real socket on 127.0.0.1 that plays transcripts to whoever sends audio."""

import asyncio
import io
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import av
from aiohttp import web
from multidict import MultiDict

from deploy.devkit.transcription.rules import broken_deepgram, broken_openai

Json = dict[str, Any]
Listen = Callable[[bytes], str]
_MAX_BODY = 26 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedAudio:
    """A request as it came in; *fields* are the form's or the query's."""

    path: str
    headers: dict[str, str]
    fields: dict[str, list[str]]
    name: str
    media: str
    data: bytes = field(repr=False)


class TranscriptionStandIn:
    """``async with TranscriptionStandIn() as server`` serves at `url`.

    It says the texts of `say` in turn, then *otherwise*, or what *listen* makes of the audio;
    `requests` remembers what came. It refuses what the services refuse: keys, fields, formats, and
    audio in a container that does not name its duration.
    """

    def __init__(
        self, *, key: str = "stt-devkit-key", port: int = 0, listen: Listen | None = None
    ) -> None:
        self.key = key
        self.url = ""
        self.otherwise = ""
        self.language = "en"
        self.delay_s = 0.0
        self.requests: list[RecordedAudio] = []
        self._listen = listen
        self._said: deque[str] = deque()
        self._faults: deque[int] = deque()
        self._port = port
        self._runner: web.AppRunner | None = None

    def say(self, *texts: str) -> None:
        """Answer the next requests with *texts*."""
        self._said.extend(texts)

    def fail(self, status: int, *, times: int = 1) -> None:
        """Make the next requests fail; 0 closes the connection."""
        self._faults.extend([status] * times)

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=_MAX_BODY)
        app.router.add_post("/v1/audio/transcriptions", self._openai)
        app.router.add_post("/v1/listen", self._deepgram)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _openai(self, request: web.Request) -> web.Response:
        form = await request.post()
        file = form.get("file")
        if not isinstance(file, web.FileField):
            return _refused(400, "Missing required parameter: 'file'.")
        data = file.file.read()
        fields = _listed(MultiDict((k, v) for k, v in form.items() if isinstance(v, str)))
        self._record(request, fields, file.filename, file.content_type, data)
        broken = broken_openai(fields | {"file": []}, file.filename)
        if (answer := await self._first(request, "Bearer", broken)) is not None:
            return answer
        if (seconds := _seconds(data)) is None:
            return _refused(400, "The audio file could not be decoded or its format is invalid.")
        text, (model,) = self._text(data), fields["model"]
        body: Json = {"text": text, "usage": _usage(model, text, seconds)}
        if model == "gpt-transcribe":
            body["languages"] = [{"code": self.language}]
        return web.json_response(body)

    async def _deepgram(self, request: web.Request) -> web.Response:
        data = await request.read()
        fields = _listed(request.query)
        self._record(request, fields, "", request.content_type, data)
        broken = broken_deepgram(fields)
        if (answer := await self._first(request, "Token", broken)) is not None:
            return answer
        seconds = _seconds(data)
        alternative = {
            "transcript": self._text(data), "confidence": 0.98, "words": [],
            "languages": [self.language],
        }  # fmt: skip
        metadata = {
            "request_id": str(uuid.uuid4()), "sha256": "0" * 64, "created": "2026-11-20T10:00:00Z",
            "duration": seconds or 0.0, "channels": 1, "models": [], "model_info": {},
        }  # fmt: skip
        return web.json_response(
            {"metadata": metadata, "results": {"channels": [{"alternatives": [alternative]}]}}
        )

    def _record(
        self, request: web.Request, fields: dict[str, list[str]], name: str, media: str, data: bytes
    ) -> None:
        headers = {key.lower(): value for key, value in request.headers.items()}
        self.requests.append(
            RecordedAudio(
                path=request.path, headers=headers, fields=fields, name=name, media=media, data=data
            )
        )

    async def _first(
        self, request: web.Request, scheme: str, broken: str | None
    ) -> web.Response | None:
        """Return what the request gets before anybody listens: faults, keys, rules."""
        await asyncio.sleep(self.delay_s)
        if self._faults:
            status = self._faults.popleft()
            if status == 0 and request.transport is not None:
                request.transport.close()
            return _refused(status or 500, "a fault of the stand-in")
        if request.headers.get("Authorization") != f"{scheme} {self.key}":
            return _refused(401, "Incorrect API key provided.")
        return _refused(400, broken) if broken else None

    def _text(self, data: bytes) -> str:
        if self._said:
            return self._said.popleft()
        return self._listen(data) if self._listen else self.otherwise


def _listed(pairs: Any) -> dict[str, list[str]]:
    return {name: list(pairs.getall(name)) for name in dict.fromkeys(pairs)}


def _usage(model: str, text: str, seconds: float) -> Json:
    """Return what is billed: tokens for the models of 2025, time for the others."""
    if not model.startswith("gpt-4o"):
        return {"type": "duration", "seconds": seconds}
    heard, said = round(seconds * 10), len(text.split())
    details = {"audio_tokens": heard, "text_tokens": 0}
    return {
        "type": "tokens", "input_tokens": heard, "output_tokens": said,
        "total_tokens": heard + said, "input_token_details": details,
    }  # fmt: skip


def _seconds(data: bytes) -> float | None:
    """Return how long the audio says that it is, None when it does not say."""
    try:
        with av.open(io.BytesIO(data), "r") as container:
            return container.duration / 1_000_000 if container.duration else None
    except (av.FFmpegError, ValueError):
        return None


def _refused(status: int, message: str) -> web.Response:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": None}
    return web.json_response({"error": error}, status=status)
