"""Something that is there only when the coordinator knows GitHub; routes are there before."""

from typing import Generic, TypeVar

from bot.errors import Unavailable

Value = TypeVar("Value")


class Late(Generic[Value]):
    """Holds a value that comes later; called before, it asks for patience."""

    def __init__(self, value: Value | None = None) -> None:
        self._value = value

    def come(self, value: Value) -> None:
        """Have the value from now on."""
        self._value = value

    def __call__(self) -> Value:
        """Return the value; raise `Unavailable` while there is none."""
        if self._value is None:
            raise Unavailable("the coordinator is starting")
        return self._value
