"""Take secrets out of everything that is stored, logged, shown or pushed.

First the known values in all their spellings, then what looks like a secret, then what stands
where secrets stand, then gitleaks' rules. A text is worked through in segments: whole lines, more
of them where a private key or a known value goes on; long lines are cut. A stream makes the same
segments, so chunks never change what comes out.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, BinaryIO

from runner.redaction import marks
from runner.redaction.bytes import decoded, encoded, whole_characters
from runner.redaction.context import CONTEXT_RULES
from runner.redaction.harmless import Harmless
from runner.redaction.keys import OpenKey, has_begin, key_spans, may_have_key
from runner.redaction.known import KnownValues
from runner.redaction.looks import OWN_RULES
from runner.redaction.phrases import NAME_LINE, PHRASE_RULES, pair_spans
from runner.redaction.rules import RuleSet, gitleaks_rules

_MOST_HELD = 64 * 1024
_OVERLAP = 4 * 1024
_BLOCK = 64 * 1024
_READ = 64 * 1024
_OFTEN = 4 * 1024
_TOLD = re.compile(r"(?<=\[redacted:)[a-z0-9-]{1,80}(?=\])")


@dataclass(frozen=True, slots=True)
class Finding:
    """A secret at ``text[start:end]``, and the rule that found it."""

    rule: str
    start: int
    end: int


@cache
def _rules() -> RuleSet:
    return RuleSet((*OWN_RULES, *CONTEXT_RULES, *PHRASE_RULES, *gitleaks_rules()))


@cache
def _told_names() -> frozenset[str]:
    return frozenset(("known", *_rules().names))


class Redactor:
    """Takes out known values and whatever looks like a secret."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._known = KnownValues()
        for value in known:
            self._known.add(value)
        self._harmless = Harmless()

    def add(self, secret: str) -> None:
        """Take out *secret* from now on; too short or too common values are ignored.

        Meant for tokens that live an hour: each is forgotten when a thousand others have come.
        Any thread may call this, and all other methods.
        """
        self._known.add(secret, is_minted=True)
        self._harmless = Harmless()  # who is at work with the old one notes nothing in this one

    def redact(self, text: str) -> str:
        """Return *text* with ``[redacted:<rule>]`` in place of each secret."""
        parts, done = [], 0
        for finding in self.find(text):
            parts += [text[done : finding.start], f"[redacted:{finding.rule}]"]
            done = finding.end
        return "".join((*parts, text[done:])) if parts else text

    def redact_json(self, value: Any) -> Any:
        """Return *value*, made of dicts, lists and scalars, with all its strings redacted."""
        if isinstance(value, str):
            return self._harmless.passed(None, value, self.redact)
        if isinstance(value, dict):
            return {self.redact_json(key): self._member(key, each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.redact_json(each) for each in value]
        return value

    def find(self, text: str) -> list[Finding]:
        """Return the secrets in *text*, in order, none overlapping."""
        if self._is_clean(text):
            return []
        found: list[Finding] = []
        done = 0
        while done < len(text):
            end = self._block_end(text, done)
            found.extend(self._in_segment(text[done:end], done))
            done = end
        return found

    def _member(self, key: Any, value: Any) -> Any:
        """Return the redacted *value* of *key*, whose name may say that it is a secret."""
        if not isinstance(key, str) or not isinstance(value, str):
            return self.redact_json(value)
        return self._harmless.passed(key, value, partial(self._named, key))

    def _named(self, key: str, value: str) -> str:
        lead = f'"{key}": "'
        if "\n" not in value and self._is_clean(f'{lead}{value}"'):
            return value
        redacted = self.redact(value)
        if redacted != value or "\n" in value or len(value) > 500:
            return redacted
        for finding in self.find(f'{lead}{value}"'):
            if finding.start >= len(lead):
                return f"[redacted:{finding.rule}]"
        return redacted

    def settled(self, text: str, *, is_last: bool) -> int:
        """Return how much of *text*, which starts a segment, can be worked through by now."""
        done = 0
        while done < len(text):
            if not is_last and len(text) - done < _MOST_HELD:
                last = text.rfind("\n", done) + 1
                if last <= done:
                    return done
                if self._is_simple(text[done:last]) and not self._ends_inside(text[done:last]):
                    return last
            end = self._segment_end(text, done, is_last=is_last)
            if end is None:
                return done
            done = end
        return done

    def _is_clean(self, text: str) -> bool:
        """Return quickly whether there is nothing in *text*; False is not certain."""
        if marks.may_be_in(text) or may_have_key(text) or "[redacted:" in text:
            return False
        if self._known and self._known.may_be_in(text):
            return False
        lowered = text.lower()
        return "name" not in lowered and not _rules().may_find_in(lowered)

    def _is_simple(self, part: str) -> bool:
        """Return whether what is secret in *part*, whole lines, stands on one line each."""
        if has_begin(part) or (self._known and self._known.may_be_in(part)):
            return False
        return _longest_line(part) < _MOST_HELD

    def _ends_inside(self, part: str) -> bool:
        """Return whether the next line belongs to what stands at the end of *part*."""
        if self._known and self._known.ends_inside(part):
            return True
        last = part.rfind("\n", 0, len(part) - 1) + 1
        return NAME_LINE.match(part, last) is not None

    def _block_end(self, text: str, start: int) -> int:
        """Return the end of the next segment, or of a block of simple lines."""
        is_rest = len(text) - start <= _BLOCK
        last = len(text) if is_rest else text.rfind("\n", start, start + _BLOCK) + 1
        part = text[start:last]
        if part and self._is_simple(part) and (is_rest or not self._ends_inside(part)):
            return last
        end = self._segment_end(text, start, is_last=True)
        return len(text) if end is None else end

    def _segment_end(self, text: str, start: int, *, is_last: bool) -> int | None:
        """Return where the segment from *start* ends, None when that is not seen yet."""
        limit = start + _MOST_HELD
        at = start
        key = OpenKey()
        while True:
            line = text.find("\n", at, limit) + 1
            if not line:
                break
            is_key = key.goes_on_after(text[at:line])
            if not is_key and not self._ends_inside(text[max(start, at - _OVERLAP) : line]):
                return line
            at = line
        if len(text) >= limit:
            return self._cut(text, start, limit)
        return len(text) if is_last else None

    def _cut(self, text: str, start: int, limit: int) -> int:
        """Return where to cut a segment that got too long: not inside a secret or a word."""
        cut = limit - _OVERLAP
        for finding in self._in_segment(text[start:limit], start):
            if finding.start < cut < finding.end:
                cut = finding.start if finding.start > start else finding.end
        space = max(text.rfind(" ", cut - _OVERLAP, cut), text.rfind("\n", cut - _OVERLAP, cut))
        return space + 1 if space > start else cut

    def _in_segment(self, text: str, offset: int) -> list[Finding]:
        found = enumerate(self._raw(text))
        ranked = sorted((start, end, rank, rule) for rank, (rule, start, end) in found)
        merged: list[tuple[int, int, int, str]] = []
        for start, end, rank, rule in ranked:
            if merged and start < merged[-1][1]:
                first, last, best, name = merged[-1]
                name = rule if rank < best else name
                merged[-1] = (first, max(last, end), min(rank, best), name)
            else:
                merged.append((start, end, rank, rule))
        return [Finding(rule, start + offset, end + offset) for start, end, _, rule in merged]

    def _raw(self, text: str) -> Iterator[tuple[str, int, int]]:
        if self._known and self._known.may_be_in(text):
            for start, end in self._known.spans(text):
                yield "known", start, end
        if may_have_key(text):
            for start, end in key_spans(text):
                yield "private-key", start, end
        text = _without_told(text)
        for start, end in pair_spans(text):
            yield "named-value", start, end
        yield from _by_rules(text)
        unmarked = marks.without(text)
        if unmarked is None:
            return
        plain, places = unmarked
        for rule, start, end in _by_rules(plain):
            yield rule, places[start], places[end - 1] + 1
        yield from _by_rules(marks.blanked(text))


def _without_told(text: str) -> str:
    """Return *text*, as long as before, with the rules' names in our own marks taken out.

    What is redacted is redacted again on its way; "[redacted:access-key]: x" names no secret x.
    """
    if "[redacted:" not in text:
        return text
    return _TOLD.sub(lambda name: "_" * len(name[0]) if name[0] in _told_names() else name[0], text)


def _by_rules(text: str) -> Iterator[tuple[str, int, int]]:
    lowered = text.lower()
    if len(lowered) != len(text):  # one letter, U+0130, becomes two
        lowered = text.replace("\u0130", "i").lower()
    yield from _rules().spans(text, lowered)


class StreamRedactor:
    """Redacts a stream; what comes out does not depend on how it was cut into chunks."""

    def __init__(self, known: Iterable[str] = (), *, redactor: Redactor | None = None) -> None:
        self._redactor = redactor or Redactor(known)
        self._held: list[str] = []
        self._size = 0
        self._next_try = 0

    def feed(self, chunk: str) -> str:
        """Take *chunk*; return what can be shown by now."""
        self._held.append(chunk)
        self._size += len(chunk)
        if self._size < _MOST_HELD and ("\n" not in chunk or self._size < self._next_try):
            return ""
        return self._release(is_last=False)

    def close(self) -> str:
        """Return the rest."""
        return self._release(is_last=True)

    def _release(self, *, is_last: bool) -> str:
        text = "".join(self._held)
        done = self._redactor.settled(text, is_last=is_last)
        self._held = [text[done:]]
        self._size = len(text) - done
        # What goes on for long is not looked at again with every line.
        self._next_try = self._size + self._size // 8 if self._size > _OFTEN else 0
        return self._redactor.redact(text[:done])


Stream = StreamRedactor


def redact(text: str, known: Iterable[str] = ()) -> str:
    """Return *text* without secrets; *known* are values that must not be seen."""
    return Redactor(known).redact(text)


def filter_stream(source: BinaryIO, sink: BinaryIO, known: Iterable[str] = ()) -> None:
    """Copy *source* to *sink* without secrets, as far as it is settled after each read."""
    stream = StreamRedactor(known)
    pending = b""
    while chunk := source.read1(_READ) if hasattr(source, "read1") else source.read(_READ):
        whole, pending = whole_characters(pending + chunk)
        sink.write(encoded(stream.feed(decoded(whole))))
        sink.flush()
    sink.write(encoded(stream.feed(decoded(pending)) + stream.close()))
    sink.flush()


def _longest_line(text: str) -> int:
    return max(map(len, text.split("\n")), default=0)
