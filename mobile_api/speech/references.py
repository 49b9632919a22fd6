"""How agents are spoken of: a phrase taken apart, without looking at any agent."""

import re
from dataclasses import replace
from functools import lru_cache

from mobile_api.speech.frame import Reference
from mobile_api.speech.language import Forms
from mobile_api.speech.numbers import number_of, numbers_in

_MOST_TOPIC = 8


class References:
    """The phrases of one language; *free* ones may hold words that are commands elsewhere."""

    def __init__(self, forms: Forms, *, free: bool = False) -> None:
        self._forms = forms
        self._forbidden = frozenset() if free else forms.forbidden
        self._determiners = re.compile(rf"^(?:(?:{forms.determiners}) )+")
        self._numbered = re.compile(rf"^(?:{forms.number})(?: (?:{forms.number}))* (?P<rest>.+)$")
        self._every = re.compile(rf"^(?:{forms.everything}) (?P<rest>.+)$")
        self._singular = re.compile(rf"(?:{forms.singular})(?= )")
        self._both = re.compile(rf"^(?:{forms.both})(?: (?P<rest>.+))?$")
        self._except = re.compile(rf"^(?P<all>.+?) ,? ?{forms.excluding} (?P<rest>.+)$")
        self._join = re.compile(rf" (?:{forms.joins}) ")
        self._statuses = {
            frozenset(names.split("|")): re.compile(rf"(?:^|(?<= ))(?:{pattern})(?= |$)")
            for names, pattern in forms.statuses.items()
        }
        self._newest = re.compile(rf"(?:^|(?<= ))(?:{forms.newest})(?= |$)")
        self._oldest = re.compile(rf"(?:^|(?<= ))(?:{forms.oldest})(?= |$)")
        self._other = re.compile(rf"(?:^|(?<= ))(?:{forms.other})(?= |$)")
        self._indefinite = re.compile(
            rf"^(?:{forms.indefinite}) (?:(?:{forms.fresh}) )?(?:{forms.noun})(?= |$)"
        )
        self._no_start = re.compile(rf"(?:{forms.never_first})(?= )")
        self._no_end = re.compile(rf" (?:{forms.never_last})$")
        self._links = re.compile(rf"(?:^|(?<= ))(?:{forms.links})(?= |$)")
        self._noun = re.compile(rf"(?:^|(?<= ))(?:{forms.noun})(?= |$)")
        self._plural = re.compile(rf"(?:^|(?<= ))(?:{forms.nouns})(?= |$)")
        self.read = lru_cache(maxsize=4096)(self._read)

    def _read(self, phrase: str) -> Reference | None:
        """Return what *phrase* (plain, without a verb) says, None when it says anything else."""
        phrase = re.sub(r"'s?(?= |$)", "", phrase.strip(" ,.;:!?")).strip()
        phrase = re.sub(r"(?<= )[,;](?= )", ",", phrase)
        if not phrase or re.search(r" [.;!?] ", phrase) or self._no_start.match(phrase):
            return None
        fixed = self._fixed(phrase)
        if fixed is not None or self._no_end.search(phrase):
            return fixed
        return (
            self._excluding(phrase)
            or self._numbers(phrase)
            or self._whole(phrase)
            or self._several(phrase)
            or self._described(phrase)
        )

    def _fixed(self, phrase: str) -> Reference | None:
        forms = self._forms
        if re.fullmatch(forms.pronouns, phrase):
            return Reference(pronoun=True, noun=bool(self._noun.search(phrase)))
        if re.fullmatch(rf"{forms.plural_pronouns}|{forms.everything}", phrase):
            return Reference(everything=True, plural=True, noun=True)
        return None

    def _excluding(self, phrase: str) -> Reference | None:
        found = self._except.match(phrase)
        if found is None:
            return None
        every, but = self._read(found["all"]), self._read(found["rest"])
        if every is None or but is None or not every.everything:
            return None
        return replace(every, excluding=but)

    def _numbers(self, phrase: str) -> Reference | None:
        bare = self._determiners.sub("", phrase)
        found = self._numbered.match(bare)
        rest = found["rest"] if found else bare
        if rest.startswith(","):
            return None  # "no, for sure" is no number four
        more = self._forms.numbers
        heard = self._forms.homophones if found is not None else {}
        said = numbers_in(rest.split(), more=more, heard=heard)
        counted = found is None and (bare != phrase or bool(self._plural.search(bare)))
        counted = counted and not self._singular.match(phrase)
        if said is not None and len(said) == 1 and counted:
            return None  # "those two", "two agents": how many, not which
        if said is None and not re.match(r"an? ", phrase):
            said = self._ordinal(bare)
        if said is None:
            return None
        return Reference(numbers=said, plural=len(said) > 1, noun=True)

    def _ordinal(self, bare: str) -> tuple[int, ...] | None:
        first, _, rest = bare.partition(" ")
        value = self._forms.ordinals.get(first)
        if value is None and re.fullmatch(r"\d+(?:st|nd|rd|th)", first):
            value = number_of(first)
        if value is None or (rest and not self._noun.fullmatch(rest)):
            return None
        return (value,)

    def _whole(self, phrase: str) -> Reference | None:
        if found := self._both.match(phrase):
            rest = self._described(found["rest"]) if found["rest"] else Reference()
            title = ("two", *rest.topic) if rest and rest.topic and " two " in f"{phrase} " else ()
            return rest and replace(rest, plural=True, noun=True, count=2, title=title)
        if found := self._every.match(phrase):
            rest = self._described(found["rest"])
            return rest and replace(rest, everything=True, plural=True, noun=True)
        return None

    def _several(self, phrase: str) -> Reference | None:
        pieces = [piece.strip(" ,") for piece in self._join.split(phrase)]
        if len(pieces) < 2 or len(pieces) > 5:
            return None
        parts = tuple(self._numbers(p) or self._described(p) for p in pieces)
        known = tuple(part for part in parts if part is not None)
        if len(known) != len(parts) or any(p.everything or p.pronoun for p in known):
            return None
        return Reference(
            parts=known, plural=True, noun=all(p.noun for p in known) or known[-1].noun
        )

    def _described(self, phrase: str) -> Reference | None:
        if "," in phrase or self._indefinite.match(phrase):
            return None
        rest = self._determiners.sub("", f"{phrase} ".lstrip()).strip(" ,")
        noun, plural, whole = self._noun.search(rest), self._plural.search(rest), rest
        rest, newest = self._taken(self._newest, rest)
        rest, oldest = self._taken(self._oldest, rest)
        rest, other = self._taken(self._other, rest)
        statuses: frozenset[str] = frozenset()
        for names, pattern in self._statuses.items():
            rest, found = self._taken(pattern, rest)
            statuses |= names if found else frozenset()
        if set(rest.split()) & self._forbidden:
            return None
        topic, count = self._topic(rest, counted=newest or oldest)
        if len(topic) > _MOST_TOPIC:
            return None
        kept = tuple(word for word in whole.split() if word not in self._forms.small)
        title = kept if topic and len(kept) > len(topic) else ()
        written = tuple(w for w in rest.split() if w not in self._forms.small)
        foreign = bool(self._forms.topics) and bool(topic) and written != topic
        said = newest or oldest or other or statuses or topic or noun
        if not said:
            return None
        return Reference(
            noun=bool(noun or plural or ((newest or oldest or other or statuses) and not topic)),
            pronoun=not (newest or oldest or other or statuses or topic),
            plural=bool(plural) or count > 1 or bool(statuses and not noun and not topic),
            statuses=statuses, other=other, count=count,
            recency="newest" if newest else "oldest" if oldest else "", topic=topic,
            title=written if foreign else title,
        )  # fmt: skip

    @staticmethod
    def _taken(pattern: re.Pattern[str], text: str) -> tuple[str, bool]:
        new, times = pattern.subn("", text)
        return " ".join(new.split()), bool(times)

    def _topic(self, rest: str, *, counted: bool) -> tuple[tuple[str, ...], int]:
        count = 0
        rest = self._links.sub(" ", self._plural.sub(" ", self._noun.sub(" ", rest)))
        kept: list[str] = []
        for word in rest.replace(",", " ").split():
            value = number_of(word, more=self._forms.numbers)
            if counted and value is not None:
                count = value
            elif word not in self._forms.small:
                kept.append(word)
        return self._in_english(kept), count

    def _in_english(self, kept: list[str]) -> tuple[str, ...]:
        """Return the words of a topic as titles have them: "mot passe" is "password"."""
        topics, words, position = self._forms.topics, [], 0
        while position < len(kept):
            pair = " ".join(kept[position : position + 2])
            one = self._forms.english(kept[position])
            words += topics[pair].split() if pair in topics else one.split()
            position += 2 if pair in topics and pair != kept[position] else 1
        return tuple(words)
