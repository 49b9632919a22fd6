"""One sentence, without corrections, as what was meant; None when it is not wholly understood."""

import re
from dataclasses import replace

from mobile_api.speech.asides import Asides
from mobile_api.speech.create import Creation
from mobile_api.speech.frame import Intent, Meant, Reference
from mobile_api.speech.gist import Gists
from mobile_api.speech.known import Known
from mobile_api.speech.language import Language
from mobile_api.speech.references import References
from mobile_api.speech.repos import RepoIndex
from mobile_api.speech.text import plain

_MOST_CHARACTERS = 600
_CONTROL = (Intent.PAUSE, Intent.RESUME, Intent.STOP, Intent.STATUS)


class Sentences:
    """The grammar of one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.references = References(language.forms)
        self.creation = Creation(language)
        gist = language.gist
        self._gists = (
            Gists(gist, language.forms, self.references, code=language.code) if gist else None
        )
        self._asides = Asides(gist) if gist else None
        self._gerund = re.compile(rf"^{language.gerund_lead}(?P<verb>\w+)")
        self._refused = {name: re.compile(form) for name, form in language.refused.items()}
        self._bare = [(re.compile(form), what) for form, what in language.bare.items()]
        self._explaining = re.compile(language.explaining)
        self._several = re.compile(
            rf"(?:^|[,.;] |\b(?:{language.joins}) )(?:then |also |please )?"
            rf"(?P<verb>{language.several})\b"
        )
        self._contrast = re.compile(language.contrast)
        self._forms = [(intent, patterns) for intent, patterns in language.templates]

    def stripped(self, text: str) -> str:
        """Return *text* without greetings and politeness, before and behind."""
        for _ in range(8):
            found = self.language.lead_pattern.match(plain(text))
            if found is None:
                break
            text = text[found.end() :].lstrip(" ,.;:!")
        found = self._gerund.match(plain(text))
        if found and (verb := self.language.gerunds.get(found["verb"])):
            text = verb + text[found.end() :]
        return text

    def without_tail(self, text: str) -> str:
        """Return *text* without what may stand behind a command."""
        for _ in range(8):
            found = self.language.tail_pattern.search(plain(text))
            if found is None or found.start() == 0:
                break
            text = text[: found.start()]
        return text.strip(" ,;")

    def read(self, text: str, knows: Known, repos: RepoIndex) -> Meant | None:
        """Return what the cleaned *text* means."""
        if len(text) > _MOST_CHARACTERS:
            return None
        for reason in ("injection", "reported"):
            if self._refused[reason].fullmatch(plain(text)):
                return self._unknown(reason)
        asked = text.rstrip(" .!").endswith("?")
        said = plain(self.without_tail(text)).strip(" ,.!?")
        whole = self.stripped(text)
        text = self.without_tail(whole)
        low = plain(text).strip(" .!?")
        if refused := self.refused(low):
            return self.creation.despite(refused.reason, text, repos) or refused
        if opened := self.creation.opened(text, repos):
            return opened
        ways = [low, plain(whole).strip(" ,.!?")]
        ways += [said] if said.startswith(("i ", "we ")) else []
        sure, loose = self._commands(ways, knows)
        return (
            sure
            or self._gist(plain(whole), knows)
            or (self._gist(low, knows) if len(low) < len(whole) else None)
            or self._explained(low, knows)
            or self._without_asides(low, knows)
            or (self._unknown("several") if self.is_several(low) else None)
            or loose
            or self.creation.read(text, repos)
            or self._asked(low, knows, asked=asked)
        )

    def _gist(self, low: str, knows: Known) -> Meant | None:
        return self._gists.read(low, knows) if self._gists is not None else None

    def _commands(self, ways: list[str], knows: Known) -> tuple[Meant | None, Meant | None]:
        """Return the first command among *ways* that names agents that are there, and the first."""
        first = None
        for way in dict.fromkeys(ways):
            meant = self.control(way, knows)
            if meant is not None and _is_sure(meant, knows):
                return meant, first or meant
            first = first or meant
        return None, first

    def refused(self, low: str) -> Meant | None:
        """Return why *low* is no command, whatever verbs are in it."""
        for reason, pattern in self._refused.items():
            if pattern.fullmatch(low):
                return self._unknown(reason)
        return None

    def is_several(self, low: str) -> bool:
        """Whether more than one command begins in *low*."""
        return len({found["verb"] for found in self._several.finditer(low)}) > 1

    def _unknown(self, reason: str) -> Meant:
        return Meant(intent=Intent.UNKNOWN, reason=reason, language=self.language.code)

    def control(self, low: str, knows: Known) -> Meant | None:
        """Return the command on agents that *low* is."""
        low = self._contrast.sub("", low).strip(" ,") or low
        for pattern, what in self._bare:
            if pattern.fullmatch(low):
                return self._bare_meaning(what)
        for intent, patterns in self._forms:
            read = [
                self._read(found["ref"], intent) for f in patterns if (found := f.fullmatch(low))
            ]
            known = [reference for reference in read if reference is not None and knows(reference)]
            if known:  # of a sentence with a free end, the reading that says most
                best = max(known, key=lambda one: (bool(one.numbers), len(one.topic), one.pronoun))
                return Meant(intent=intent, reference=best, language=self.language.code)
        return None

    def _read(self, phrase: str, intent: Intent) -> Reference | None:
        return self.references.read(phrase) or self._same_verb_again(phrase, intent)

    def _same_verb_again(self, phrase: str, intent: Intent) -> Reference | None:
        """Return what "agent one and pause agent two" means behind "pause"."""
        before, joint, behind = phrase.partition(" and ")
        if not joint:
            return None
        verb, _, rest = behind.partition(" ")
        again = {Intent.PAUSE: "pause", Intent.RESUME: "resume", Intent.STOP: "stop"}.get(intent)
        return self.references.read(f"{before} and {rest}") if verb == again else None

    def _bare_meaning(self, what: str) -> Meant:
        name, _, how = what.partition(" ")
        intent = next(
            i for i in _CONTROL if i.value.split("_")[0] == name or i.value == f"check_{name}"
        )
        reference = Reference(pronoun=True, or_all="all" in how.split() and "it" in how.split())
        if how == "all":
            reference = Reference(everything=True, plural=True, noun=True)
        elif how and "it" not in how.split():
            reference = Reference(statuses=frozenset({how}), plural=True, noun=True)
        return Meant(intent=intent, reference=reference, language=self.language.code)

    def _explained(self, low: str, knows: Known) -> Meant | None:
        """Return the command of a sentence that also says why: "kill it, we're done"."""
        if found := self._explaining.search(low):
            reason = low[found.start() :]
            if not re.search(
                rf"\b(?:{self.language.several}|if|unless|agent \w+|number \w+)\b", reason
            ):
                return self.control(self.without_tail(low[: found.start()]), knows)
        before, comma, command = low.rpartition(" , ")
        if not comma or (
            self.refused(before) and not re.search(r"any ?more|changed my mind", before)
        ):
            return None
        meant = self.control(self.without_tail(self.stripped(command)), knows)
        if meant is None or meant.reference is None or not meant.reference.is_vague:
            return None
        return self._about(before, meant, knows)

    def _without_asides(self, low: str, knows: Known) -> Meant | None:
        """Return the command of a sentence that says other things, too, that are none."""
        if self._asides is None:
            return None
        for left in self._asides.without(low):
            command = self.without_tail(self.stripped(left.text)).strip(" ,.!?")
            if self.refused(command):
                continue
            meant = self.control(command, knows)
            meant = meant if meant and _is_sure(meant, knows) else self._gist(command, knows)
            if meant is None or meant.reference is None or not _is_sure(meant, knows):
                continue
            if meant.reference.is_vague and not left.telling:
                continue
            if not left.negated or meant.intent is Intent.STOP:
                return meant
        return None

    def is_aside(self, text: str) -> bool:
        """Whether *text* tells something about the speaker that is no command."""
        return self._asides is not None and self._asides.tells(plain(text).strip(" ,.!?"))

    def _about(self, before: str, meant: Meant, knows: Known) -> Meant | None:
        """Give "cancel that" the agent that the words before speak of."""
        if re.search(rf"\b(?:{self.language.several})\b", before):
            return None
        tokens = before.split()
        for start in range(len(tokens)):
            for end in range(len(tokens), start, -1):
                reference = self.references.read(" ".join(tokens[start:end]))
                if (
                    reference is None
                    or reference.is_vague
                    or (reference.statuses and reference.topic)
                    or not (reference.numbers or reference.topic)
                ):
                    continue
                if (
                    knows(Reference(topic=reference.topic))
                    if reference.topic
                    else reference.numbers
                ):
                    rest = " ".join([*tokens[:start], "it", *tokens[end:]])
                    clear = self._asides is not None and self._asides.may_stand_before(rest)
                    stops = meant.intent is Intent.STOP or (clear and knows.surely(reference))
                    return replace(meant, reference=reference, evidence=stops)
        return None

    def _asked(self, low: str, knows: Known, *, asked: bool) -> Meant | None:
        """Return a bare "and the login one?" as a question about it."""
        reference = self.references.read(low)
        if reference is None or not knows(reference) or reference.everything:
            return None
        if reference.is_vague or not (asked or (reference.noun and low.startswith("and "))):
            return None
        return Meant(intent=Intent.STATUS, reference=reference, language=self.language.code)


def _is_sure(meant: Meant, known: Known) -> bool:
    """Whether each word of *meant* that names agents fits one."""
    return meant.reference is None or known.surely(meant.reference)
