"""Sending an answer, whole or as a stream, or breaking off in the middle."""

from typing import Any

import orjson
from aiohttp import web

from deploy.devkit.anthropic import answer
from deploy.devkit.anthropic.replies import headers
from deploy.devkit.anthropic.scenario import Fault

Json = dict[str, Any]

_FIRST_EVENTS = 4


async def send_whole(request: web.Request, whole: Json, fault: Fault | None) -> web.StreamResponse:
    """Send the message *whole*; half of it when *fault* cuts it."""
    if fault is None or not fault.cut:
        return web.json_response(whole, headers=headers())
    data = orjson.dumps(whole)
    response = web.StreamResponse(headers=headers())
    response.content_type = "application/json"
    response.content_length = len(data)
    await response.prepare(request)
    await response.write(data[: len(data) // 2])
    _hang_up(request)
    return response


async def send_stream(request: web.Request, whole: Json, fault: Fault | None) -> web.StreamResponse:
    """Stream the message *whole*; only its first events when *fault* breaks it off."""
    response = web.StreamResponse(headers=headers())
    response.content_type = "text/event-stream"
    response.headers["Cache-Control"] = "no-cache"
    await response.prepare(request)
    broken = fault is not None and (fault.cut or fault.stream_error is not None)
    for index, event in enumerate(answer.events(whole)):
        if broken and index >= _FIRST_EVENTS:
            break
        await response.write(answer.sse(event))
    if fault is not None and fault.stream_error is not None:
        error = {"type": fault.stream_error, "message": fault.message or "Overloaded"}
        await response.write(answer.sse({"type": "error", "error": error}))
    elif broken:
        _hang_up(request)
        return response
    await response.write_eof()
    return response


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
