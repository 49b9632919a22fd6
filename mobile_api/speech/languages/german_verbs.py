"""German: what an agent is to do, from a clause with its verb at the end to an order."""

import re

# Verbs whose stem changes in the third person; prefixes stay: "ausliest" is "auslesen".
_IRREGULAR = {
    "liest": "lesen", "gibt": "geben", "nimmt": "nehmen", "wirft": "werfen", "lasst": "lassen", "halt": "halten", "lauft": "laufen", "ladt": "laden", "fallt": "fallen",
    "tut": "tun", "ist": "sein", "hat": "haben", "wird": "werden", "sieht": "sehen", "hilft": "helfen", "spricht": "sprechen", "bricht": "brechen",
    "fangt": "fangen", "tragt": "tragen", "schlagt": "schlagen", "vergisst": "vergessen", "misst": "messen", "trifft": "treffen", "behalt": "behalten", "verlasst": "verlassen",
    "enthalt": "enthalten", "kann": "können", "soll": "sollen", "muss": "müssen", "fahrt": "fahren", "wachst": "wachsen", "stellt": "stellen", "rat": "raten", "stoßt": "stoßen",
}  # fmt: skip
_ACCENTS = str.maketrans("äöü", "aou")
_REGULAR = {
    "test",
    "start",
    "import",
    "export",
    "format",
    "support",
    "client",
    "agent",
    "nicht",
    "mit",
    "seit",
    "zeit",
    "sollte",
    "erst",
}
_TO = re.compile(r"^(?P<before>.*?)\bzu (?P<verb>\w+n)$", re.IGNORECASE)
_TO_INSIDE = re.compile(
    r"^(?P<prefix>ab|an|auf|aus|bei|ein|fest|her|hin|hoch|los|mit|nach|um|vor|weg|weiter|wieder|zu|zurück|zusammen|hinzu|frei|fertig|sicher|runter|raus|rein|durch|dar|bereit)zu(?P<verb>\w{3,}n)$"
)
_PASSIVE = re.compile(r"^(?P<before>.* )(?P<participle>\S+) (?:wird|werden)$")
_PARTICIPLE = re.compile(r"^(?P<prefix>\w*?)ge(?P<stem>\w{3,}?)(?:e?t|en)$")


def order(clause: str) -> str:
    """Return *clause* as an order: "die Liste sortiert" is "die Liste sortieren"; "" if it cannot.

    *clause* is what stands behind "der", "die" or "um".
    """
    clause = clause.strip(" .!?,")
    if found := _TO.match(clause):
        return f"{found['before']}{found['verb']}"
    if found := _PASSIVE.match(clause):
        return found["before"] + _from_participle(found["participle"])
    words = clause.split(" ")
    ends = [at for at, word in enumerate(words) if _is_end(words, at)]
    turned = {at: _infinitive(words[at]) for at in ends}
    if not ends or ends[-1] != len(words) - 1 or not turned[ends[-1]]:
        return ""
    return " ".join(turned.get(at) or word for at, word in enumerate(words))


def _is_end(words: list[str], at: int) -> bool:
    """Whether a clause ends with the word at *at*: the last one, or one before "und"."""
    if at == len(words) - 1:
        return True
    behind = words[at + 1]
    return (behind == "und" or behind == ",") and words[at].islower() and words[at].endswith("t")


def _infinitive(word: str) -> str:
    low = word.lower()
    if found := _TO_INSIDE.match(low):
        return found["prefix"] + found["verb"]
    bare = low.translate(_ACCENTS)
    for form, whole in _IRREGULAR.items():
        if bare == form or (
            bare.endswith(form) and len(form) > 3 and len(bare) - len(form) in range(2, 8)
        ):
            return word[: len(word) - len(form)] + whole
    if low in _REGULAR or len(low) < 4:
        return ""
    if low.endswith(("en", "ern", "eln")) and low == word:
        return word
    return _regular(word, low)


def _regular(word: str, low: str) -> str:
    """Return the infinitive of a regular verb in the third person; "" if it is none."""
    if low.endswith("ed"):  # "der den Cache fixed"
        return f"{word[:-2]}en"
    if not low.endswith("t"):
        return ""
    if low.endswith(("elt", "ert")) and not low.endswith(("iert", "eert")):
        return f"{word[:-1]}n"
    if re.search(r"(?:[td]|[^aeiouäöülrh][mn])et$", low):
        return f"{word[:-2]}en"
    return f"{word[:-1]}en"


def _from_participle(word: str) -> str:
    """Return the infinitive of "vorgeladen" or "geprüft"."""
    found = _PARTICIPLE.match(word.lower())
    if not found:
        return _infinitive(word) or word
    stem = found["stem"]
    return f"{found['prefix']}{stem}{'n' if stem.endswith(('el', 'er')) else 'en'}"
