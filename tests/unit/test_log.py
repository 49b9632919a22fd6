"""What an operator reads, and what nobody may read there."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from bot import log
from bot.errors import BadSettings


class Screen(io.StringIO):
    """A terminal that remembers."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root, engine = logging.getLogger(), logging.getLogger("dbos")
    handlers, level, engine_handlers = root.handlers[:], root.level, engine.handlers[:]
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    logging.captureWarnings(False)
    root.handlers[:], root.level, engine.handlers[:] = handlers, level, engine_handlers
    engine.propagate = True


def _lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_off_a_terminal_each_event_is_one_json_line_with_its_facts() -> None:
    stream = io.StringIO()
    log.configure("auto", "info", str, stream=stream)

    structlog.get_logger().info("agent queued", number=3, cost_usd=0.5, paths=["a", "b"])

    [line] = _lines(stream)
    assert list(line)[:3] == ["timestamp", "level", "event"]
    assert line["event"] == "agent queued"
    assert (line["number"], line["cost_usd"], line["paths"]) == (3, 0.5, ["a", "b"])
    assert line["level"] == "info"
    assert line["timestamp"].endswith("Z")


def test_on_a_terminal_the_event_is_text() -> None:
    stream = Screen()
    log.configure("auto", "info", str, stream=stream)

    structlog.get_logger().info("agent queued", number=3)

    assert "agent queued" in stream.getvalue()
    with pytest.raises(json.JSONDecodeError):
        json.loads(stream.getvalue())


def test_what_is_bound_stands_in_every_line_until_the_block_ends() -> None:
    stream = io.StringIO()
    log.configure("json", "info", str, stream=stream)
    logger = structlog.get_logger()

    with structlog.contextvars.bound_contextvars(delivery="d-1", repository="octo/tools"):
        logger.info("delivery handled")
        logging.getLogger("aiohttp.server").warning("slow %s", "peer")
    logger.info("idle")

    ours, theirs, after = _lines(stream)
    assert (ours["delivery"], ours["repository"]) == ("d-1", "octo/tools")
    assert (theirs["delivery"], theirs["event"]) == ("d-1", "slow peer")
    assert "delivery" not in after


def test_lines_below_the_level_are_left_out() -> None:
    stream = io.StringIO()
    log.configure("json", "warning", str, stream=stream)

    structlog.get_logger().info("small talk")
    logging.getLogger("anything").info("small talk")
    structlog.get_logger().warning("disk nearly full")

    assert [line["event"] for line in _lines(stream)] == ["disk nearly full"]


def test_unknown_level_is_refused_with_a_sentence() -> None:
    with pytest.raises(BadSettings, match="try debug, info, warning or error"):
        log.configure("json", "loud", str)


@pytest.mark.parametrize("name", ["dbos", "aiohttp.server", "sqlalchemy.engine"])
def test_loggers_of_the_libraries_come_out_the_same_way(name: str) -> None:
    stream = io.StringIO()
    log.configure("json", "info", str, stream=stream)

    logging.getLogger(name).error("lost %d of %d", 1, 2)

    [line] = _lines(stream)
    assert (line["event"], line["logger"], line["level"]) == ("lost 1 of 2", name, "error")


def test_secrets_are_redacted_in_facts_in_depth_and_in_tracebacks() -> None:
    secret = "-".join(["very", "private", "words"])
    stream = io.StringIO()
    log.configure("json", "info", lambda text: text.replace(secret, "[gone]"), stream=stream)
    logger = structlog.get_logger()

    logger.info("said", text=secret, nested={"list": [{"token": secret}], "n": 1})
    logging.getLogger("dbos").error("url %s", secret)
    try:
        int(secret)
    except ValueError:
        logger.exception("it broke")

    assert secret not in stream.getvalue()
    assert stream.getvalue().count("[gone]") == 4
    assert "Traceback" in _lines(stream)[2]["exception"]


@pytest.mark.parametrize("format", ["json", "console"])
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("title\n2026-01-01 [info] agent completed", id="forged line"),
        pytest.param("\x1b]0;owned\x07\x1b[2J", id="terminal codes"),
        pytest.param("a\u202eb\u2066c", id="turned direction"),
        pytest.param("one\rtwo\x9b31m\u2028three", id="other line ends"),
    ],
)
def test_control_characters_in_foreign_text_are_shown_not_obeyed(format: str, text: str) -> None:
    stream = io.StringIO()
    log.configure("console" if format == "console" else "json", "info", str, stream=stream)

    structlog.get_logger().info("issue opened", title=text)

    assert stream.getvalue().count("\n") == 1
    shown = set(stream.getvalue()) - {"\n"}
    assert all(character.isprintable() for character in shown)


def test_record_with_wrong_arguments_is_logged_all_the_same() -> None:
    stream = io.StringIO()
    log.configure("json", "info", str, stream=stream)

    logging.getLogger("careless").warning("%d things", "many")
    logging.getLogger("careless").log(25, "a level of its own")

    careless, odd = _lines(stream)
    assert careless["event"] == "%d things"
    assert odd["level"] == "info"
