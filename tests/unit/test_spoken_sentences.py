"""The grammar on labelled sentences: one half was looked at while it was written, one was not."""

from functools import cache

import pytest

from mobile_api.speech.frame import Frame, Intent
from mobile_api.speech.understand import by_grammar
from tests.fakes.sentences import Labelled, corpus, judge, strangers

_UNKNOWN = Frame(intent=Intent.UNKNOWN)
_ROWS = corpus()
_STRANGERS = strangers()


@cache
def _read(row: Labelled) -> Frame | None:
    return by_grammar(row.transcript, row.context)


def _half(*, held_out: bool) -> list[Labelled]:
    return [row for row in _ROWS if row.held_out is held_out]


def test_corpus_is_large_and_from_many_people() -> None:
    assert len(_ROWS) >= 300
    assert len({row.id.rpartition("-")[0] for row in _ROWS}) >= 8
    assert len({row.transcript.lower() for row in _ROWS}) > 0.9 * len(_ROWS)


@pytest.mark.parametrize("held_out", [False, True], ids=["developed on", "held out"])
def test_most_sentences_are_understood_wholly(held_out: bool) -> None:
    rows = _half(held_out=held_out)
    verdicts = [judge(row, _read(row) or _UNKNOWN) for row in rows]

    assert sum(v.frame for v in verdicts) / len(rows) >= 0.88
    assert sum(v.intent for v in verdicts) / len(rows) >= 0.93


def test_strangers_are_understood_wholly() -> None:
    verdicts = [judge(row, _read(row) or _UNKNOWN) for row in _STRANGERS]

    assert len({row.id.partition("-")[0] for row in _STRANGERS}) >= 18
    assert sum(v.frame for v in verdicts) / len(verdicts) >= 0.95
    assert sum(v.intent for v in verdicts) / len(verdicts) >= 0.97


def test_nothing_is_done_unasked_that_no_stranger_meant() -> None:
    wrong = [row.id for row in _STRANGERS if judge(row, _read(row) or _UNKNOWN).unsafe]

    assert wrong == []


@pytest.mark.parametrize("row", _ROWS, ids=lambda row: row.id)
def test_nothing_is_done_unasked_that_was_not_meant(row: Labelled) -> None:
    frame = _read(row) or _UNKNOWN

    assert not judge(row, frame).unsafe


def test_what_the_grammar_answers_is_right() -> None:
    answered = [
        judge(row, frame).frame
        for row in (*_ROWS, *_STRANGERS)
        if (frame := _read(row)) and frame.intent is not Intent.UNKNOWN
    ]

    assert sum(answered) / len(answered) >= 0.98
