"""The process that reads recordings: one JSON line and bytes in, one JSON line and bytes out.

It has limits on memory and no environment; whoever asks kills it when it takes too long.
"""

import contextlib
import json
import os
import resource
import sys
from typing import Any, BinaryIO

from mobile_api.hearing import sound

_MEMORY = 3 * 1024**3
Answer = tuple[dict[str, Any], bytes]


def examine(asked: dict[str, Any], data: bytes) -> Answer:
    """Decode and measure; answer what is to be sent on, and the samples when they are wanted."""
    try:
        samples, has_duration = sound.decoded(
            data, asked["demuxer"], most_s=asked["mostS"], is_cut=asked["isCut"]
        )
    except sound.TooLong:
        return {"error": "long"}, b""
    except sound.Undecodable:
        return {"error": "unreadable"}, b""
    facts = {
        "seconds": len(samples) / 2 / sound.RATE, "verdict": sound.verdict(samples),
        "isHeld": sound.is_held(samples),
    }  # fmt: skip
    if asked["wantsSamples"]:
        return facts | {"ending": "raw"}, samples
    if asked["isCut"]:  # services refuse what ends in the middle
        return facts | {"ending": "wav"}, sound.as_wav(samples)
    if has_duration or asked["ending"] in {"wav", "ogg"}:
        return facts | {"ending": asked["ending"], "same": True}, b""
    with contextlib.suppress(sound.Undecodable):
        return facts | {"ending": asked["ending"]}, sound.packed_anew(
            data, asked["demuxer"], asked["ending"]
        )
    return facts | {"ending": "wav"}, sound.as_wav(samples)


def listen(asked: dict[str, Any], data: bytes) -> Answer:
    """Recognise *data*, samples, by a grammar."""
    from mobile_api.hearing.sphinx import recognised

    return {"text": recognised(data, asked["grammar"], asked["sounds"])}, b""


def main() -> None:
    """Serve until standard input ends."""
    answers = os.dup(1)
    os.dup2(2, 1)  # a library that prints does not print into our answers
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024**2, 1024**2))
    source = sys.stdin.buffer
    with os.fdopen(answers, "wb") as target:
        while line := source.readline():
            asked = json.loads(line)
            data = source.read(asked["size"])
            facts, more = (listen if asked["do"] == "listen" else examine)(asked, data)
            _answer(target, facts, more)


def _answer(target: BinaryIO, facts: dict[str, Any], more: bytes) -> None:
    target.write(json.dumps(facts | {"size": len(more)}).encode() + b"\n" + more)
    target.flush()


if __name__ == "__main__":
    main()
