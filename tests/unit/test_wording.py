"""Commit messages as a maintainer would write them."""

import pytest

from runner.agent.course import Finish
from runner.agent.wording import message, subject, unfinished_message


@pytest.mark.parametrize(
    ("title", "line"),
    [
        pytest.param("Multiply the sides.", "Multiply the sides", id="full stop"),
        pytest.param("  Two\nlines ", "Two lines", id="lines"),
        pytest.param("", "fix this", id="none"),
        pytest.param("Fixes #7: areas", "see #7: areas", id="closing word"),
        pytest.param("Thank @grace", "Thank grace", id="mention"),
    ],
)
def test_subject_is_one_quiet_line(title: str, line: str) -> None:
    assert subject(title, instead="fix this") == line


def test_long_subjects_are_cut_at_a_word() -> None:
    made = subject("word " * 30, instead="")

    assert len(made) <= 72
    assert made.endswith("word...")


def test_prose_is_wrapped_and_lists_are_kept() -> None:
    summary = "long " * 30 + "\n\n- one\n- two, closes https://x/issues/3"

    made = message(Finish(title="Do it", summary=summary), instruction="")

    assert made.startswith("Do it\n\nlong")
    assert max(map(len, made.splitlines())) <= 72
    assert made.endswith("- one\n- two, see https://x/issues/3")


def test_unfinished_work_says_so() -> None:
    made = unfinished_message("fix this", "The budget of 3 steps is used up.")

    assert made == "WIP: fix this\n\nBroken off: The budget of 3 steps is used up."
