"""How long a spoken command takes, without the time of the services behind it.

``python -m tests.bench.voice [--lines FILE]``: the grammar on labelled sentences, and a recording
from its last byte to the answer, on SQLite with a transcription that answers at once.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from pathlib import Path

from bot.agents import Agents
from bot.bus import Bus
from bot.db.engine import Database
from deploy.devkit.transcription import TranscriptionStandIn
from mobile_api.hearing.ear import Ear
from mobile_api.hearing.openai import OpenAITranscriber
from mobile_api.hearing.studio import Studio
from mobile_api.speech.frame import Frame, Intent
from mobile_api.speech.records import context_of
from mobile_api.speech.understand import by_grammar
from mobile_api.voice.commands import Said
from tests.fakes import voices
from tests.fakes.house import MARA, FakeHouse, commands_of
from tests.fakes.sentences import corpus, judge

_TIMES, _UNKNOWN = 40, Frame(intent=Intent.UNKNOWN)
_SAID = ["pause agent one", "resume agent one", "how is agent two doing", "status"]


def grammar(lines: Path | None) -> None:
    """Print how long sentences take, and on our own corpus how many are right."""
    if lines is not None:
        rows = [json.loads(line) for line in lines.read_text().splitlines()]
        said = [(row["transcript"], context_of(row["context"])) for row in rows]
    else:
        said = [(row.transcript, row.context) for row in corpus()]
    by_grammar(*said[0])  # patterns are compiled once
    spent = []
    for transcript, context in said:
        began = time.perf_counter()
        by_grammar(transcript, context)
        spent.append((time.perf_counter() - began) * 1000)
    _show("grammar, a sentence", spent)
    for held_out in (False, True):
        half = [row for row in corpus() if row.held_out is held_out]
        found = [(row, by_grammar(row.transcript, row.context) or _UNKNOWN) for row in half]
        right = sum(judge(row, frame).frame for row, frame in found)
        name = "held out" if held_out else "developed on"
        print(f"{name}: {right / len(half):.3f} of {len(half)} wholly right")


async def road() -> None:
    """Print how long a recording takes from its last byte to the answer."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/bench.sqlite3")
        await database.open()
        async with TranscriptionStandIn() as service, Studio() as studio:
            ours, theirs = await _measured(database, studio, service)
        await database.close()
    _show("recording to answer, without the service", ours)
    _show("the stand-in of the service", theirs)


async def _measured(
    database: Database, studio: Studio, service: TranscriptionStandIn
) -> tuple[list[float], list[float]]:
    house = FakeHouse(Agents(database, Bus()))
    await house.working("crumb/oven-controller", "Validate temperature readings")
    await house.working("crumb/order-portal", "Export orders as CSV")
    await studio.warm()
    hears = OpenAITranscriber(key=service.key, base_url=f"{service.url}/v1", model="gpt-transcribe")
    commands = commands_of(database, house, ear=Ear(studio, [hears]))
    audio = voices.packed(voices.babble(3.0), "webm")
    ours, theirs, parts = [], [], []
    cpu = time.process_time()
    for turn in range(_TIMES + 4):
        service.say(_SAID[turn % len(_SAID)])
        began = time.perf_counter()
        answer, _ = await commands.said(MARA, Said(audio=audio))
        whole = (time.perf_counter() - began) * 1000
        assert answer["state"] == "done", answer
        if turn >= 4:
            theirs.append(answer["timings"]["transcriptionMs"])
            ours.append(whole - theirs[-1])
            parts.append([answer["timings"][name] for name in ("audioMs", "understandMs", "actMs")])
    await hears.close()
    cpu = (time.process_time() - cpu) / (_TIMES + 4) * 1000
    print(f"processor time of this process, with the stand-in: {cpu:.1f} ms a command")
    middle = [round(statistics.median(column), 1) for column in zip(*parts, strict=True)]
    print("of it: audio, understanding, acting (ms)", middle)
    return ours, theirs


def _show(what: str, spent: list[float]) -> None:
    ranked = sorted(spent)
    p95 = ranked[int(len(ranked) * 0.95) - 1]
    print(f"{what}: median {statistics.median(spent):.2f} ms, p95 {p95:.2f} ms, n {len(spent)}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=Path, help="JSON lines with transcript and context")
    given = parser.parse_args()
    grammar(given.lines)
    asyncio.run(road())


if __name__ == "__main__":
    main()
