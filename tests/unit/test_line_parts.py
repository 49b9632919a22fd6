"""Small parts of the line: clocks that are wrong, data that is too large, frames that wait."""

import json
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.agent.fitting import ROOM, fitting, fitting_outcome
from runner.agent.outbox import RESERVE, WINDOW, WINDOW_BYTES, Outbox, OutboxFull
from runner.clocks import Skew
from runner.notes import note_for
from runner.plain import DEEPEST, plain
from runner.protocol import (
    MAX_FRAME_BYTES,
    OLDEST_PROTOCOL,
    PROTOCOL_VERSION,
    EventFrame,
    EventKind,
    ResultFrame,
    agreed,
)
from runner.spec import Outcome

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=50)


def values(words: st.SearchStrategy[str], numbers: st.SearchStrategy[Any]) -> Any:
    return st.recursive(
        words | numbers | st.none(),
        lambda some: st.lists(some, max_size=4) | st.dictionaries(words, some, max_size=4),
        max_leaves=20,
    )


VALUES = values(WORDS, st.integers())
WILD = values(st.text(st.characters(), max_size=20), st.floats())


@pytest.mark.parametrize("wrong", [timedelta(hours=-5), timedelta(minutes=3), timedelta(days=900)])
def test_clock_that_is_wrong_is_set_right(wrong: timedelta) -> None:
    skew = Skew(NOW + wrong, NOW)
    later = NOW + timedelta(seconds=10)

    assert skew.right(later + wrong, later) == later


def test_time_never_lies_ahead_nor_goes_back() -> None:
    skew = Skew(NOW, NOW)
    first = skew.right(NOW + timedelta(hours=1), NOW)
    second = skew.right(NOW - timedelta(hours=1), NOW)

    assert first == second == NOW


def test_machine_that_tells_no_time_is_believed() -> None:
    assert Skew(None, NOW).right(NOW - timedelta(seconds=5), NOW) == NOW - timedelta(seconds=5)


@given(st.datetimes(), st.datetimes())
def test_no_time_at_all_is_too_odd(said: datetime, at: datetime) -> None:
    skew = Skew(said.replace(tzinfo=UTC), NOW)

    assert skew.right(at.replace(tzinfo=UTC), NOW) <= NOW


@given(st.dictionaries(WORDS, VALUES, max_size=5))
def test_what_fits_stays_as_it_is(data: dict[str, Any]) -> None:
    assert fitting(data) == data


@pytest.mark.parametrize(
    "data",
    [
        {"text": "x" * 5_000_000},
        {"text": "\x00" * 2_000_000},
        {"input": {"a": ["y" * 900_000] * 9}},
        {"many": ["z" * 100] * 100_000},
        {f"k{n}": "w" * 200 for n in range(50_000)},
    ],
)
def test_what_is_too_large_is_cut_and_shows_it(data: dict[str, Any]) -> None:
    fit = fitting(data)

    assert len(json.dumps(fit).encode()) <= ROOM
    assert "more characters" in json.dumps(fit) or "too large" in json.dumps(fit) or "many" in fit


@given(st.dictionaries(st.text(st.characters(), max_size=5), WILD, max_size=5))
def test_whatever_is_said_travels(data: dict[str, Any]) -> None:
    fit = fitting(data)
    frame = EventFrame(run_id="r", seq=1, at=NOW, kind=EventKind.LOG, data=fit)

    assert json.loads(frame.to_json())["data"] == fit
    assert "\\u0000" not in json.dumps(fit, allow_nan=False)


def test_halves_of_a_character_are_marked_and_pairs_are_joined() -> None:
    assert plain({"a\x00": ["\ud83d", "\ud83d\ude00", "b\x00"]}) == {
        "a\ufffd": ["\ufffd", "\U0001f600", "b\ufffd"]
    }


def test_depth_has_an_end_that_is_shown() -> None:
    deep: Any = "x"
    for _ in range(5_000):
        deep = [deep]

    fit = json.dumps(fitting({"input": deep}))

    assert fit.count("[") <= DEEPEST + 1
    assert "too deep to be shown" in fit


def test_longest_outcome_fits_a_frame() -> None:
    hosts = tuple(f"{'h' * 100}{n}.example.org" for n in range(20_000))
    outcome = Outcome(status="completed", kind="change", summary="s" * 3_000_000)

    frames = [
        ResultFrame(run_id="r", seq=1, outcome=fitting_outcome(one)).to_json()
        for one in (outcome, outcome.model_copy(update={"hosts_blocked": hosts}))
    ]

    assert all(len(frame.encode()) < MAX_FRAME_BYTES for frame in frames)
    assert all('"status":"completed"' in frame for frame in frames)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    made = Outbox(tmp_path / "outbox", max_bytes=1_000)
    yield made
    made.close()


def waiting(outbox: Outbox) -> list[str]:
    return [outbox.read(seq) for seq in range(outbox.first_seq, outbox.last_seq + 1)]


def test_outbox_keeps_what_was_not_acknowledged(outbox: Outbox) -> None:
    for text in ("eins", "zwei", "drei"):
        outbox.add(text)
    outbox.ack(1)

    assert waiting(outbox) == ["zwei", "drei"]
    assert (outbox.first_seq, outbox.last_seq) == (2, 3)
    with pytest.raises(OutboxFull, match="while the coordinator was away"):
        outbox.add("x" * 1_000)
    outbox.ack(3)
    outbox.add("x" * 1_000)
    assert outbox.is_empty is False


@given(st.lists(st.tuples(st.integers(1, 300), st.integers(0, 3)), max_size=60))
def test_outbox_never_grows_beyond_its_limit(steps: list[tuple[int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "outbox"
        outbox, kept = Outbox(path, max_bytes=1_000), list[str]()
        for number, (size, acked) in enumerate(steps):
            text = f"{number:03}".ljust(size, "x")
            if sum(map(len, kept)) + len(text) <= 1_000:
                outbox.add(text)
                kept.append(text)
            else:
                with pytest.raises(OutboxFull):
                    outbox.add(text)
            outbox.ack(outbox.first_seq + acked - 1)
            kept = kept[acked:]
            assert path.stat().st_size <= 1_000
            assert waiting(outbox) == kept
        outbox.close()


def test_end_of_a_run_has_room_of_its_own(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox", max_bytes=10 * RESERVE)

    assert outbox.has_room(9 * RESERVE)
    assert not outbox.has_room(9 * RESERVE + 1)
    outbox.close()


def test_full_disk_is_told_in_a_sentence() -> None:
    outbox = Outbox(Path("/dev/full"))

    with pytest.raises(OutboxFull, match="No space left on device"):
        outbox.add("x")
    outbox.close()


def test_only_so_much_is_on_its_way_at_once(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    for _ in range(2 * WINDOW):
        outbox.add("x")
    sent = 0
    while (seq := outbox.may_go(sent)) is not None:
        sent = seq
    assert sent == WINDOW
    outbox.ack(10)
    assert outbox.may_go(sent) == WINDOW + 1
    outbox.ack(outbox.last_seq)
    for _ in range(3):
        outbox.add("x" * WINDOW_BYTES)  # one alone may always go
    first = outbox.first_seq
    assert outbox.may_go(first - 1) == first
    assert outbox.may_go(first) is None
    outbox.close()


def test_numbers_go_on_where_an_earlier_process_stopped(outbox: Outbox) -> None:
    outbox.begin_after(17)
    outbox.add("x")
    outbox.begin_after(30)  # too late: this one has its number

    assert (outbox.first_seq, outbox.last_seq) == (18, 18)


@pytest.mark.parametrize(
    ("newest", "oldest", "version"),
    [
        pytest.param(PROTOCOL_VERSION, OLDEST_PROTOCOL, PROTOCOL_VERSION, id="equal"),
        pytest.param(1, 1, 1, id="older"),
        pytest.param(PROTOCOL_VERSION + 3, 1, PROTOCOL_VERSION, id="newer"),
        pytest.param(PROTOCOL_VERSION + 3, PROTOCOL_VERSION + 1, None, id="too new"),
        pytest.param(OLDEST_PROTOCOL - 1, 0, None, id="too old"),
    ],
)
def test_newest_version_that_both_speak_is_taken(
    newest: int, oldest: int, version: int | None
) -> None:
    assert agreed(newest, oldest) == version


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"event","runId":"r","seq":7,"kind":"of tomorrow"}',
        '{"type":"event","runId":"r","seq":7,"data":{"a":"\\ud800"}}',
        '{"type":"event","runId":"r","seq":7,"data":' + "[" * 90_000,
        '{"type": "memory", "runId": "r", "seq": 7}',
    ],
)
def test_frame_that_cannot_be_read_has_a_note_under_its_number(text: str) -> None:
    note = note_for(text)

    assert isinstance(note, EventFrame)
    assert (note.run_id, note.seq, note.kind) == ("r", 7, "log")


def test_result_that_cannot_be_read_ends_the_run() -> None:
    note = note_for('{"type":"result","runId":"r","seq":7,"outcome":{"status":"postponed"}}')

    assert isinstance(note, ResultFrame)
    assert note.outcome.status == "failed"


@pytest.mark.parametrize("text", ["[]", "", '{"type":"hello"}', '{"runId":"r","seq":1}'])
def test_frame_without_a_number_has_no_note(text: str) -> None:
    assert note_for(text) is None
