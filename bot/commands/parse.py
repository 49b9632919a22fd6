"""``cadence parse``: what a spoken sentence comes to, without speaking."""

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import cost
from bot.errors import InvalidRequest
from bot.settings import load
from mobile_api.speech.frame import Context, Frame, Intent
from mobile_api.speech.records import context_of, frame_to_json
from mobile_api.speech.understand import by_grammar

_UNKNOWN = Frame(intent=Intent.UNKNOWN)


def parse(
    sentences: Annotated[
        list[str] | None, typer.Argument(help="Sentences; without any, JSON lines from stdin.")
    ] = None,
    context: Annotated[
        Path | None, typer.Option(help="JSON: repos, agents, focus.", exists=True)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line a sentence.")] = False,
    no_model: Annotated[bool, typer.Option("--no-model", help="The grammar alone.")] = False,
) -> None:
    """Show what a spoken command is understood as; nothing is done."""
    known = json.loads(context.read_text()) if context else {}
    rows: Iterator[dict[str, Any]] = (
        ({"id": str(n), "transcript": said} for n, said in enumerate(sentences, start=1))
        if sentences
        else _lines()
    )
    as_json = as_json or not sentences
    understand = _by_grammar if no_model else _with_model()
    for row in rows:
        frame = understand(str(row.get("transcript", "")), context_of(row.get("context") or known))
        out = {"id": row.get("id"), **frame_to_json(frame)}
        sys.stdout.write(json.dumps(out, ensure_ascii=False) if as_json else _told(row, frame))
        sys.stdout.write("\n")


def _lines() -> Iterator[dict[str, Any]]:
    for number, line in enumerate(sys.stdin, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise InvalidRequest(f"line {number} of standard input is not JSON") from error
        if not isinstance(row, dict):
            raise InvalidRequest(f"line {number} of standard input is not a JSON object")
        yield row


def _with_model() -> Callable[[str, Context], Frame]:
    """Return how to understand a sentence with the model's help, if there is a key for it."""
    settings = load()
    key = settings.anthropic_api_key.get_secret_value()
    if not key:
        typer.echo("cadence: there is no ANTHROPIC_API_KEY; the grammar alone", err=True)
        return _by_grammar
    from mobile_api.voice.intent import understood
    from mobile_api.voice.later import model_reader

    model = settings.triage_model or cost.newest("haiku")

    async def ask(transcript: str, context: Context) -> Frame:
        async with model_reader(key, settings.anthropic_base_url, model) as reader:
            return await understood(transcript, context, reader)

    return lambda transcript, context: asyncio.run(ask(transcript, context))


def _by_grammar(transcript: str, context: Context) -> Frame:
    return by_grammar(transcript, context) or _UNKNOWN


def _told(row: dict[str, Any], frame: Frame) -> str:
    parts = [frame.intent.value]
    parts += [f"repo={frame.repo}"] if frame.repo else []
    parts += [f"agents={','.join(frame.agents)}"] if frame.agents else []
    parts += [f"branch={frame.branch}"] if frame.branch else []
    parts += [f"task={frame.task!r}"] if frame.task else []
    parts += ["confirm"] if frame.needs_confirmation else []
    parts += [f"({frame.reason})"] if frame.reason else []
    return f"{row.get('transcript', '')}\n  {' '.join(parts)}"
