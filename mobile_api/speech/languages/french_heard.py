"""French as it is heard: "l'agent" is two words, letters have names, signs have several."""

import re

_ELIDED = re.compile(r"(?<![\w'])([ld])'(?=\w)", re.IGNORECASE)
_JOINED = re.compile(r"(?<![\w'])([ld]') (?=\w)", re.IGNORECASE)
_FILLER = re.compile(r"(?:^|(?<= ))(?:heu+h*|beuh|bah|ben|hum|quoi(?= [,.])|genre(?= ,)|hein(?= [,.?!]))(?: ,)?(?= |$)", re.IGNORECASE)  # fmt: skip
_TWICE = re.compile(r"\b(le|la|les|de|du|des|un|une|sur|dans|pour|tu|je|et)(?:(?: ,)? \1)+(?= |$)", re.I)  # fmt: skip
_SIGNS = [
    (re.compile(said, re.IGNORECASE), sign)
    for said, sign in {
        r"\bbarre oblique\b": "slash", r"\btiret du (?:six|6)\b": "tiret",
        r"\b(?:tiret (?:du )?bas|tiret du (?:huit|8)|sous tiret|souligné)\b": "underscore",
        r"\btrait d'\s?union\b": "tiret", r"\bdouble v[ée]\b": "w", r"\bi grec\b": "y", r"\banti ?slash\b": "slash",
    }.items()
]  # fmt: skip
# "On reprend ?" asks, "on reprend" tells.
_WE = re.compile(
    r"^((?:(?:et|alors|bon|du coup|donc|ok) (?:, )?)*)on (?!en |y |est |peut )(?=[^?]*\?[ .]*$)",
    re.I,
)
_DONT = re.compile(r"\bdon't\b", re.IGNORECASE)  # what cleaning makes of "dont"
# "C'est-tu fini", "il avance-tu": a Canadian question.
_TU = re.compile(r"(?<!peux)(?<!pourrais)(?<!veux)(?<!sais)(?<!as)(?<!es)(?<!dois)(?<!vas)(?<!fais)(?<!crois)(?<!\bque)-tu\b", re.I)  # fmt: skip
# The names of letters that are no other word, and those that are one, too.
_NAMED = {
    "bé": "b", "cé": "c", "dé": "d", "effe": "f", "èfe": "f", "gé": "g", "ache": "h", "ji": "j", "ka": "k", "èle": "l",
    "emme": "m", "ème": "m", "enne": "n", "ène": "n", "pé": "p", "ku": "q", "erre": "r", "ère": "r", "esse": "s", "èsse": "s",
    "té": "t", "vé": "v", "ixe": "x", "zède": "z", "zed": "z",
}  # fmt: skip
_ALSO = {"elle": "l", "hache": "h", "qu": "q", "aime": "m", "haine": "n", "air": "r", "est-ce": "s"}


def heard(text: str) -> str:
    """Return the cleaned French *text* as its grammar reads it."""
    for said, sign in _SIGNS:
        text = said.sub(sign, text)
    text = _WE.sub(r"\1est-ce qu'on ", _DONT.sub("dont", text))
    text = _TU.sub("", text)
    text = " ".join(_TWICE.sub(r"\1", _FILLER.sub("", text)).split())
    return _ELIDED.sub(r"\1' ", _letters(text)).lstrip(" ,.")


def written(task: str) -> str:
    """Return *task* with "l'" and "d'" before their words again."""
    return _JOINED.sub(r"\1", task)


def _letters(text: str) -> str:
    """Return *text* with two names of letters and more that follow each other as letters."""
    tokens = text.split(" ")
    out: list[str] = []
    at = 0
    while at < len(tokens):
        end = at
        while end < len(tokens) and _letter(tokens[end]):
            end += 1
        run = tokens[at:end]
        if len(run) > 1 and any(token.lower() in _NAMED for token in run):
            out += [_letter(token) for token in run]
        else:
            out += run or [tokens[at]]
        at = max(end, at + 1)
    return " ".join(out)


def _letter(token: str) -> str:
    low = token.lower()
    return low if len(low) == 1 and low.isalpha() else _NAMED.get(low) or _ALSO.get(low, "")
