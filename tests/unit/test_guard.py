"""The loop guard speaks once per wall."""

from runner.agent.guard import MOSTLY_FAILING, SAME_CALL, LoopGuard


def test_three_equal_failures_get_one_note() -> None:
    guard = LoopGuard()
    notes = []
    for _ in range(5):
        guard.observe("bash", {"command": "x"}, "no x", is_error=True)
        notes.append(guard.note())

    assert notes == [None, None, SAME_CALL, None, None]


def test_equal_calls_that_fail_differently_are_no_loop() -> None:
    guard = LoopGuard()
    for output in ("1 failed", "2 failed", "3 failed"):
        guard.observe("bash", {"command": "pytest"}, output, is_error=True)

    assert guard.note() is None


def test_equal_calls_that_succeed_are_no_loop() -> None:
    guard = LoopGuard()
    for _ in range(6):
        guard.observe("bash", {"command": "pytest"}, "ok", is_error=False)

    assert guard.note() is None


def test_five_failures_of_six_get_a_note_and_a_fresh_start() -> None:
    guard = LoopGuard()
    for number in range(6):
        guard.observe("bash", {"command": str(number)}, "no", is_error=number != 2)

    assert guard.note() == MOSTLY_FAILING
    assert guard.note() is None
    guard.observe("bash", {"command": "again"}, "no", is_error=True)
    assert guard.note() is None


def test_two_walls_get_two_notes() -> None:
    guard = LoopGuard()
    notes = []
    for command in ("a", "b"):
        for _ in range(3):
            guard.observe("bash", {"command": command}, "no", is_error=True)
        notes.append(guard.note())

    assert notes == [SAME_CALL, SAME_CALL]
