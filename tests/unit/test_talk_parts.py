"""A conversation packed in pieces comes back as it was, however it grew."""

import copy
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.agent.seams import RunFailed
from runner.agent.talk_parts import TalkChain, unpack

BLOCKS = st.fixed_dictionaries({"type": st.just("text"), "text": st.text(max_size=8)})
MESSAGES = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant"]), "content": st.lists(BLOCKS, max_size=3)}
)
GROWTH = st.lists(st.tuples(st.lists(MESSAGES, max_size=3), st.booleans()), min_size=1, max_size=8)


@given(GROWTH, st.integers(0, 8))
def test_pieces_make_the_whole(growth: list[tuple[list[Any], bool]], anew_at: int) -> None:
    chain, history, pieces = TalkChain(), list[Any](), list[bytes]()
    for number, (more, extends_last) in enumerate(growth):
        if extends_last and history:  # what a person said was added to the results of a step
            history[-1]["content"].append({"type": "text", "text": "a word"})
        history += copy.deepcopy(more)
        afresh = number == anew_at
        piece = chain.pack(history, {"step": number}, afresh=afresh)
        pieces = [piece] if afresh else [*pieces, piece]

        assert unpack(pieces) == (history, {"step": number})


def test_piece_holds_what_is_new_only() -> None:
    chain = TalkChain()
    history = [{"role": "user", "content": f"{n}" * 50} for n in range(100)]
    whole = chain.pack(history, {})
    history.append({"role": "user", "content": "more"})

    assert len(chain.pack(history, {})) < 120 < len(whole)


def test_conversation_taken_over_is_not_sent_again() -> None:
    first, history = TalkChain(), [{"role": "user", "content": "x"}]
    pieces = [first.pack(history, {})]
    second = TalkChain()
    second.resume(history)
    history.append({"role": "assistant", "content": "y"})
    pieces.append(second.pack(history, {"n": 1}))

    assert unpack(pieces) == (history, {"n": 1})


def test_missing_piece_is_noticed() -> None:
    chain, history = TalkChain(), [{"role": "user", "content": "x"}]
    chain.pack(history, {})
    history.append({"role": "assistant", "content": "y"})

    with pytest.raises(RunFailed, match="missing"):
        unpack([chain.pack(history, {})])


@pytest.mark.parametrize("broken", [b"", b"junk", zlib.compress(b"{"), zlib.compress(b"[" * 9)])
def test_broken_piece_is_a_sentence(broken: bytes) -> None:
    with pytest.raises(RunFailed, match="cannot be read"):
        unpack([broken])
