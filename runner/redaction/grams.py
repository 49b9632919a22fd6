"""Which of many words stand in a text: looked for by four bytes each, not one after the other.

Four bytes are one number to a `memoryview`, so that a text becomes a set of numbers without a loop
in Python; a word is searched for only when its number is among them.
"""

from collections.abc import Iterable, Sequence

SIZE = 4


def as_bytes(text: str) -> bytes:
    """Return *text* in UTF-8; halves of characters stay what they are."""
    return text.encode("utf-8", "surrogatepass")


def numbers_at_every_place(data: bytes) -> set[int]:
    """Return the numbers of all four bytes that stand side by side in *data*."""
    view, found = memoryview(data), set[int]()
    for shift in range(min(SIZE, len(data))):
        whole = (len(data) - shift) // SIZE * SIZE
        found.update(view[shift : shift + whole].cast("I").tolist())
    return found


def numbers_at_every_fourth(data: bytes) -> set[int]:
    """Return the numbers of the four bytes at places 0, 4, 8 and so on of *data*."""
    return set(memoryview(data)[: len(data) // SIZE * SIZE].cast("I").tolist())


def starts(word: bytes) -> set[int]:
    """Return four numbers; wherever *word*, of seven bytes at least, stands, one is at a fourth."""
    return numbers_at_every_place(word[: 2 * SIZE - 1])


class Keywords:
    """Finds which of *words* stand in a text."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = tuple(dict.fromkeys(words))
        self._short: list[int] = []
        self._by_number: dict[int, list[int]] = {}
        for place, word in enumerate(map(as_bytes, self._words)):
            if len(word) < SIZE:
                self._short.append(place)
            else:
                [number] = numbers_at_every_place(word[:SIZE])
                self._by_number.setdefault(number, []).append(place)

    def found_in(self, text: str) -> Sequence[str]:
        """Return the words that stand in *text*, in the order in which they were given."""
        words = self._words
        found = [place for place in self._short if words[place] in text]
        for number in self._by_number.keys() & numbers_at_every_place(as_bytes(text)):
            found += [place for place in self._by_number[number] if words[place] in text]
        return [words[place] for place in sorted(found)]

    def is_any_in(self, text: str) -> bool:
        """Return whether one of the words stands in *text*."""
        words = self._words
        for place in self._short:  # a generator takes twice as long
            if words[place] in text:
                return True
        numbers = numbers_at_every_place(as_bytes(text))
        return any(
            words[place] in text
            for number in self._by_number.keys() & numbers
            for place in self._by_number[number]
        )
