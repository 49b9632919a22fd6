"""What the index keeps of a file, read again."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import piece_in, piece_of


@given(st.text("ab\n\u00e9\u9762", max_size=80), st.integers(1, 30), st.integers(0, 30))
def test_piece_of_packed_text_is_the_piece_of_the_text(text: str, start: int, more: int) -> None:
    packed = zlib.compress(text.encode(), 1)

    assert piece_in(packed, start, start + more) == piece_of(text, start, start + more)


@pytest.mark.parametrize("start", [1, 5_000, 19_990, 20_000])
def test_long_text_is_unpacked_in_steps(start: int) -> None:
    text = "\n".join(f"line {number} \u9762" for number in range(1, 20_001))
    packed = zlib.compress(text.encode(), 1)

    assert piece_in(packed, start, start + 10) == piece_of(text, start, start + 10)
