"""A transcript as words: what nobody meant to say is taken out, case and accents are kept.

The cleaned text has one space between words and spaces around punctuation, so that patterns can
be matched against `plain` of it and the same positions cut from it: both have the same length.
"""

import re
import unicodedata
from functools import lru_cache

_QUOTES = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\u00b4": "'", "`": "'", "\u201c": " ", "\u201d": " ", '"': " "}
)
_APART = str.maketrans("-_", "  ")
_NOISE = re.compile(r"\[[^\]]*\]|\([^)]*\)|[♪♫*<>{}|~^]+|¿|¡")
_DASH = re.compile(r"\s+[-\u2013\u2014]+\s+|[\u2013\u2014]|\.{2,}|\u2026")
_STOP = re.compile(r"\s*([,.;:!?]+)(?=\s|$)")
_INITIALS = re.compile(r"\b(?:[A-Za-z]\.){2,}")
_STUTTER = re.compile(r"\b(\w{1,5})- (?=\1)", re.IGNORECASE)
_ASIDE = re.compile(
    r"(?:^|(?<= )), (?:like|you know|i guess|let's see|well) ,(?= |$)", re.IGNORECASE
)
# Small words that people say twice while they think; "that that" and numbers are left alone.
_TWICE = re.compile(
    r"\b(the|a|an|to|on|in|of|for|my|is|are|it|and|i|can|could|you|please|pause|stop|start|resume|number|agent)"
    r"(?:(?: ,)? \1)+(?= |$)",
    re.IGNORECASE,
)


def _fillers(noises: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?:^|(?<= ))(?:u+h+m*|{noises}|e+hm*|h+m+|m+h+m+|a+h+|o+h+(?! wait| (?:oh|one|two|three|four|five|six|seven|eight|nine|ten|twenty|thirty|forty|\d))|äh+m*|euh+|eh)(?: ,)?(?= |$)",
        re.IGNORECASE,
    )


def _short_forms(of_i: str) -> re.Pattern[str]:
    """Return short forms without their mark; "its", "lets" and "were" are words, too."""
    return re.compile(
        r"\b(how|what|where|who|that|there|here|when|why)(s|re)\b|\b(do|does|did|is|are|was|has|have|had|would|could|should|ca)nt\b|"
        rf"\b(i)({of_i})\b|\b(you|they)(re|ve)\b",
        re.IGNORECASE,
    )


_FILLER, _SHORT = _fillers("u+m+|e+rm*"), _short_forms("m|ve")
# "six one eight five oh": the last figure of a name, no filler.
_FIGURE = r"(?:one|two|three|four|five|six|seven|eight|nine|\d)"
_ZERO = re.compile(rf"\b({_FIGURE} {_FIGURE}) oh\b(?! ,| and\b| wait\b)", re.IGNORECASE)


_ME = {"lemme": "let me", "gimme": "give me", "y'all": "you", "yall": "you"}
_MERGED = re.compile(r"\b(?:lemme|gimme|y'all|yall)\b", re.IGNORECASE)
_NO_G = re.compile(
    r"\b((?:do|go|mov|wait|runn|work|look|com|gett|stopp|paus|fix|sitt|start|mak|tak|try|ask|kill|"
    r"hold|keep|chugg|cook|hang|test|talk|wonder|finish|add|writ)in)\b'?",
    re.IGNORECASE,
)
# Among German words "im" is "in the", "er" is "he" and "um" is "to" or "about".
_GERMAN = re.compile(
    r"[äöüß]|\b(?:der|das|den|dem|und|ein|einen|ist|auf|nicht|agenten|neuer|bitte|soll|wie|kommt|wird|ob|im repo|im projekt)\b",
    re.IGNORECASE,
)
_FILLER_BUT_ER, _SHORT_BUT_IM = _fillers("u+mm+|e+rm+"), _short_forms("ve")


def clean(transcript: str) -> str:
    """Return *transcript* without noise, fillers and stutters, punctuation set apart."""
    text = unicodedata.normalize("NFC", transcript[:2000]).translate(_QUOTES)
    text = _INITIALS.sub(lambda found: found[0].replace(".", ""), text)
    text = _DASH.sub(" , ", _NOISE.sub(" ", text))
    text = _STOP.sub(lambda found: f" {found[1][0]} ", text)
    text = " ".join(text.split())
    german = _GERMAN.search(text) is not None
    short, filler = (_SHORT_BUT_IM, _FILLER_BUT_ER) if german else (_SHORT, _FILLER)
    text = _NO_G.sub(r"\1g", text)
    text = short.sub(_marked, _MERGED.sub(lambda found: _ME[found[0].lower()], text))
    text = _STUTTER.sub("", _ZERO.sub(r"\1 0", text))
    text = _ASIDE.sub("", " ".join(filler.sub("", text).split()))
    text = _TWICE.sub(r"\1", text)
    text = re.sub(r"(?: ,)+(?= [,.;:!?]|$)|^[ ,.;:!?]+", "", " ".join(text.split()))
    return text.strip()


def _marked(found: re.Match[str]) -> str:
    """Return a short form with its mark: "hows" is "how's", "dont" is "don't"."""
    if found[3]:
        return f"{found[3]}n't"
    whole = [part for part in found.groups() if part]
    return f"{whole[0]}'{whole[1]}"


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Return *text* in small letters without accents and hyphens, position for position."""
    if text.isascii():
        return text.lower().translate(_APART)
    return text.translate(_PLAIN)


class _Plain(dict[int, str]):
    """Each character as `plain` has it, worked out once."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        base = unicodedata.normalize("NFKD", character)[0].lower()
        if character in "-_":
            base = " "
        self[code] = base if len(base) == 1 else character
        return self[code]


_PLAIN = _Plain()


def spoken(text: str) -> str:
    """Return the cleaned *text* as it would be written: punctuation close to its word again."""
    return re.sub(r" ([,.;:!?])", r"\1", text).strip(" ,.;:!?")


def words(text: str) -> list[str]:
    """Return the words of *text* in small letters, without punctuation."""
    return re.findall(r"[^\W_]+(?:[.'+#][^\W_]+)*[+#]*", plain(text))
