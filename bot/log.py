"""Log lines: one JSON object an event, or coloured text on a terminal, with no secret in them.

What happens while something is worked on is bound to it with `structlog.contextvars`:
``with bound_contextvars(delivery=guid, agent_id=agent.id, repository=name):``.
"""

import logging
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import Literal, TextIO

import orjson
import structlog
from structlog.types import EventDict, Processor, WrappedLogger

from bot.errors import BadSettings

Redact = Callable[[str], str]

# Everything that moves a cursor, ends a line or turns the writing direction; a new line of a
# traceback stays, since nobody's text begins there without the indent or the error's name.
_UNSEEN = [*range(0x20), *range(0x7F, 0xA0), 0x61C, 0x200E, 0x200F, 0x2028, 0x2029]
_UNSEEN += [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF]
_ESCAPES = {code: ascii(chr(code))[1:-1] for code in _UNSEEN}
_ESCAPES_OF_A_TRACEBACK = {code: text for code, text in _ESCAPES.items() if code not in (9, 10)}

# Their own lines at this level tell an operator nothing that ours do not.
_CHATTY = ("aiohttp.access", "asyncio", "sqlalchemy", "alembic", "aiosqlite", "httpx", "httpcore")


def configure(
    format: Literal["auto", "json", "console"],
    level: str,
    redact: Redact,
    *,
    stream: TextIO | None = None,
) -> None:
    """Send our own events and those of the standard library's loggers to *stream*.

    *stream* is standard error if not given. ``auto`` is ``console`` on a terminal and ``json``
    elsewhere. Each text passes *redact*, then loses its control characters. Raise `BadSettings`
    when *level* is none.
    """
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise BadSettings(f"CADENCE_LOG_LEVEL is {level!r}; try debug, info, warning or error")
    stream = stream or sys.stderr
    colours = stream.isatty()
    is_console = format == "console" or (format == "auto" and colours)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            partial(_clean, redact),
            _console(colours) if is_console else _json,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    _adopt_standard_loggers(number)


class _Forward(logging.Handler):
    """Hand the standard library's records to structlog, so that there is one way out."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log *record* as an event; a record that cannot be rendered is reported as one."""
        logger = structlog.get_logger().bind(logger=record.name)
        level = min(max(record.levelno // 10 * 10, logging.DEBUG), logging.CRITICAL)
        try:
            event = record.getMessage()
        except (TypeError, ValueError):
            event = str(record.msg)
        logger.log(level, event, exc_info=record.exc_info or None)


def _adopt_standard_loggers(level: int) -> None:
    forward = _Forward()
    logging.basicConfig(handlers=[forward], level=level, force=True)
    logging.captureWarnings(True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    # The durable engine adds a handler of its own when it finds none here.
    engine = logging.getLogger("dbos")
    engine.handlers[:] = [forward]
    engine.propagate = False


def _clean(redact: Redact, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {key: _cleaned(key, value, redact) for key, value in event.items()}


def _cleaned(key: str, value: object, redact: Redact) -> object:
    """Return *value* with all text in it redacted and printable."""
    match value:
        case None | bool() | int() | float():
            return value
        case Mapping():
            return {str(k): _cleaned(str(k), v, redact) for k, v in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_cleaned(key, item, redact) for item in value]
    text = redact(str(value))
    is_traceback = key in {"exception", "stack"}
    return text.translate(_ESCAPES_OF_A_TRACEBACK if is_traceback else _ESCAPES)


def _json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    ordered = {key: event.pop(key) for key in ("timestamp", "level", "event") if key in event}
    return orjson.dumps({**ordered, **event}, option=orjson.OPT_NON_STR_KEYS).decode()


def _console(colours: bool) -> Processor:
    return structlog.dev.ConsoleRenderer(
        colors=colours, exception_formatter=structlog.dev.plain_traceback
    )
