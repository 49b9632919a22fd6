"""Corrections: people say something, then something else; the last version counts."""

import re
from dataclasses import replace

from mobile_api.speech.details import Slots
from mobile_api.speech.frame import Intent, Meant
from mobile_api.speech.known import Known
from mobile_api.speech.repos import RepoIndex
from mobile_api.speech.sentences import Sentences
from mobile_api.speech.text import plain, spoken


class Corrected:
    """A sentence with all its corrections."""

    def __init__(self, sentences: Sentences) -> None:
        language = sentences.language
        self._sentences = sentences
        self.spoken = language
        self.reference = sentences.references.read
        mark = rf"(?:{language.corrections})"
        weak = rf"(?:{language.weak_corrections})"
        marks = rf"(?: (?:{mark})(?: [,.;:!?])*| (?:{weak})(?: [,.;:!?])+)*(?= |$)"
        self._mark = re.compile(
            rf"(?: [,.;:!?])* (?:{mark})(?: [,.;:!?])*{marks}"
            rf"|(?: [,.;:!?])+ (?:{weak})(?: [,.;:!?])*{marks}"
        )
        # "No," may answer something: it stays, as the words for it do in all our languages.
        self._first = re.compile(rf"^(?!n)(?:(?:{mark}|{weak}) (?:[,.;:!] )+)+")
        self._doubt = re.compile(rf"^(?:{mark}|{weak}|not)(?= |$)| (?:{mark})(?= |$)")
        self._forgotten = re.compile(rf"\w (?:[,.;:!?] )+(?:{language.forget})[ .!]*$")
        self._interrupted = re.compile(language.creating.interrupted)
        self._make_it = re.compile(language.make_it)
        self._not_that = re.compile(language.not_that)
        self._forget = re.compile(rf"{language.forget}")
        self._behind = re.compile(language.meant_behind)

    def read(self, text: str, knows: Known, repos: RepoIndex) -> Meant | None:
        """Return what the cleaned *text* means in the end."""
        text = text[self._started(text) :]
        meant = self._uninterrupted(text, knows, repos) or self._last(text, knows, repos)
        if meant is None or meant.intent is not Intent.CREATE:
            return meant
        doubtful = self._doubt.search(plain(meant.task or "")) is not None
        return replace(meant, evidence=meant.evidence and not doubtful)

    def _uninterrupted(self, text: str, knows: Known, repos: RepoIndex) -> Meant | None:
        """Return the request in which "sorry, I'm on the phone," was said to somebody else."""
        found = self._interrupted.search(plain(text))
        if found is None:
            return None
        meant = self._last(f"{text[: found.start()]}{text[found.end() :]}", knows, repos)
        return meant if meant is not None and meant.intent is Intent.CREATE else None

    def _started(self, text: str) -> int:
        """Return where *text* begins behind "actually, you know what,"."""
        found = self._first.match(plain(text))
        return found.end() if found else 0

    def _last(self, text: str, knows: Known, repos: RepoIndex) -> Meant | None:
        if self._forgotten.search(plain(text)):
            return self._nothing()
        pieces = self._pieces(text)
        if len(pieces) == 1:
            return self._sentences.read(text, knows, repos)
        meant = self._sentences.read(pieces[0], knows, repos)
        first_failed = meant is None
        for piece in pieces[1:]:
            if meant is not None and self._sentences.is_aside(piece):
                continue  # "resume agent five, sorry, I was on mute"
            meant = self._next(meant, piece, knows, repos)
            if meant is None:
                return self._sentences.read(text, knows, repos) if first_failed else None
            if meant.reason == "forgotten":
                return meant
        return meant

    def _nothing(self) -> Meant:
        return Meant(intent=Intent.UNKNOWN, reason="forgotten", language=self.spoken.code)

    def _pieces(self, text: str) -> list[str]:
        """Cut *text* at the corrections; a mark with nothing before it is no correction."""
        if found := self._behind.search(plain(text)):
            start, end = found.span("meant")
            return [*self._pieces(text[: found.start()]), text[start:end] + text[found.end() :]]
        pieces, start = [], 0
        for found in self._mark.finditer(plain(text)):
            if text[start : found.start()].strip(" ,.;:!?") and text[found.end() :].strip(
                " ,.;:!?"
            ):
                pieces.append(text[start : found.start()])
                start = found.end()
        return [*pieces, text[start:].strip(" ,.;:!?")]

    def _next(
        self, before: Meant | None, piece: str, knows: Known, repos: RepoIndex
    ) -> Meant | None:
        sentences = self._sentences
        low = plain(sentences.stripped(piece)).strip(" ,.;:!?")
        if self._forget.fullmatch(low) or self._forget.fullmatch(plain(piece)):
            return self._nothing()
        if before is not None and before.intent is Intent.CREATE:
            return self._after_create(before, piece, knows, repos)
        again = sentences.read(piece, knows, repos)
        if again is not None and again.intent is not Intent.UNKNOWN:
            return self._carried(before, again, low, knows)
        if before is None or before.intent is Intent.UNKNOWN:
            return again if again is not None and before is not None else None
        reference = sentences.references.read(low)
        if reference is not None and not reference.is_vague and knows(reference):
            return replace(before, reference=reference)
        return again

    def _carried(self, before: Meant | None, again: Meant, low: str, knows: Known) -> Meant | None:
        """Give "just pause it" the agent that was spoken of before."""
        vague = again.reference is not None and again.reference.is_vague
        if not vague:
            by_name = self._sentences.references.read(low)
            only_named = again.intent is Intent.STATUS and by_name == again.reference
            if before is not None and only_named and before.reference is not None:
                return replace(before, reference=again.reference)
            return again
        if before is None:
            return None
        return replace(again, reference=before.reference or again.reference)

    def _after_create(
        self, before: Meant, piece: str, knows: Known, repos: RepoIndex
    ) -> Meant | None:
        sentences = self._sentences
        if (other := self._made_it(piece, repos)) is not None:
            return self._changed(before, other)
        again = sentences.read(piece, knows, repos)
        if again is not None and again.intent in {Intent.PAUSE, Intent.RESUME, Intent.STOP}:
            return again if again.reference is None or not again.reference.is_vague else None
        if again is not None and again.intent is Intent.CREATE:
            return replace(
                again, repo=again.repo or before.repo, branch=again.branch or before.branch,
                task=again.task or before.task,
            )  # fmt: skip
        return self._changed(before, self._slots(piece, before, repos))

    @staticmethod
    def _changed(before: Meant, slots: Slots) -> Meant | None:
        """Return *before* with what *slots* say instead."""
        if not (slots.repo or slots.branch or slots.task):
            return None
        named = bool(slots.repo or slots.branch)
        return replace(
            before,
            repo=slots.repo or before.repo,
            branch=slots.branch or before.branch,
            task=spoken(slots.task) if slots.task else before.task,
            evidence=before.evidence and (named or (slots.marked and before.task is not None)),
        )

    def _made_it(self, piece: str, repos: RepoIndex) -> Slots | None:
        """Return what "make it billing" says; it is looked behind only for a name."""
        if taken := self._not_that.match(plain(piece)):
            piece = piece[taken.end() :]
        made = self._make_it.match(plain(piece))
        if made is None:
            return None
        slots = self._sentences.creation.details.read(Slots(piece[made.end() :].lstrip()), repos)
        return slots if slots.repo else None

    def _slots(self, piece: str, before: Meant, repos: RepoIndex) -> Slots:
        """Return what *piece* says instead."""
        details = self._sentences.creation.details
        if taken := self._not_that.match(plain(piece)):
            piece = piece[taken.end() :]
        piece = self._sentences.stripped(piece)
        named = None if before.task else details.after_name(piece, repos)
        return named or details.read(Slots(piece), repos)
