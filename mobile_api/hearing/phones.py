"""How an English word that is in no dictionary may be spoken, as phones of the recogniser."""

import re

_RULES = (
    ("tion", "SH AH N"), ("sch", "S K"), ("tch", "CH"), ("igh", "AY"), ("qu", "K W"), ("ph", "F"),
    ("sh", "SH"), ("ch", "CH"), ("th", "TH"), ("ck", "K"), ("ng", "NG"), ("wh", "W"), ("ee", "IY"),
    ("ea", "IY"), ("oo", "UW"), ("ou", "AW"), ("ow", "OW"), ("ai", "EY"), ("ay", "EY"),
    ("oa", "OW"), ("au", "AO"), ("aw", "AO"), ("er", "ER"), ("ar", "AA R"), ("or", "AO R"),
    ("ir", "ER"), ("ur", "ER"), ("ll", "L"), ("ss", "S"), ("tt", "T"), ("pp", "P"), ("rr", "R"),
    ("nn", "N"), ("mm", "M"), ("dd", "D"), ("ff", "F"), ("gg", "G"), ("bb", "B"), ("zz", "Z"),
    ("a", "AE"), ("b", "B"), ("c", "K"), ("d", "D"), ("e", "EH"), ("f", "F"), ("g", "G"),
    ("h", "HH"), ("i", "IH"), ("j", "JH"), ("k", "K"), ("l", "L"), ("m", "M"), ("n", "N"),
    ("o", "AA"), ("p", "P"), ("q", "K"), ("r", "R"), ("s", "S"), ("t", "T"), ("u", "AH"),
    ("v", "V"), ("w", "W"), ("x", "K S"), ("y", "IY"), ("z", "Z"),
)  # fmt: skip
_LETTERS = {
    "a": "EY", "b": "B IY", "c": "S IY", "d": "D IY", "e": "IY", "f": "EH F", "g": "JH IY",
    "h": "EY CH", "i": "AY", "j": "JH EY", "k": "K EY", "l": "EH L", "m": "EH M", "n": "EH N",
    "o": "OW", "p": "P IY", "q": "K Y UW", "r": "AA R", "s": "EH S", "t": "T IY", "u": "Y UW",
    "v": "V IY", "w": "D AH B AH L Y UW", "x": "EH K S", "y": "W AY", "z": "Z IY",
}  # fmt: skip
_KNOWN = {"readme": "R IY D M IY", "frontend": "F R AH N T EH N D", "login": "L AO G IH N"}
_RULE = re.compile("|".join(written for written, _ in _RULES))
_SOUND = dict(_RULES)


def phones_of(word: str) -> str:
    """Return phones for *word*, which is in small letters."""
    if word in _KNOWN:
        return _KNOWN[word]
    if not re.search(r"[aeiouy]", word) or len(word) <= 2:
        return " ".join(_LETTERS[letter] for letter in word if letter in _LETTERS)
    base = word[:-1] if len(word) > 3 and word.endswith("e") and word[-2] not in "aeiou" else word
    return " ".join(_SOUND[found] for found in _RULE.findall(base))
