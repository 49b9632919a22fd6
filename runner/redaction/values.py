"""Judging a value: is it a secret itself, or a variable, a word, a path that stands for one."""

import base64
import binascii
import re
from itertools import pairwise

from runner.redaction.rules import entropy

_COMMON_WORDS = """
pass password passwd pwd secret token key apikey user username root admin guest test testing tester
demo example sample dummy fake mock foo bar baz foobar postgres mysql mariadb redis mongo rabbitmq
default changeme changeit letmein qwerty abc abcd string str text int integer bool none null nil
true false yes no on off undefined required optional any object value anonymous empty hidden masked
redacted removed unset invalid wrong correct incorrect bad good my mypassword mysecret mytoken
supersecret topsecret secretkey passphrase hello world bearer basic oauth jwt localhost welcome
passw p hash hashed bcrypt argon scrypt sha md base utf
"""
COMMON = frozenset(_COMMON_WORDS.split())
STAND_IN = re.compile(
    r"(?i)^(?:\$[\w{(]|\$\$|%[\w(%]|\{|<|\[|\(|\*|!(?:ref|sub|secret|vault|env)|@(?:microsoft|param)"
    r"|-----|enc\[|vault:|op://|ssm:|arn:|secretsmanager|file:|env[.:(]|data:|sha\d+[-:~]|\.\.)"
)
_CODE = re.compile(
    r"(?i)\w\(|\(\)|\benviron\b|\bgetenv\b|process\.env|\bsecrets?\.|\benv\.|\bconfig[.\[]|"
    r"\bself\.|\bthis\.|\bargs\.|\boptions?\.|\bsettings\.|\brequest\.|\bvars?\.|\bdata\.|\{\{|\$\{"
    r"|://|\[\w*\]|\[redacted"
)
_WORDY_PART = re.compile(r"(?:[A-Za-z]{1,20}\d{0,4}|v?\d{1,4})")
_SEPARATORS = re.compile(r"[-_./:+@#]")
IDENTIFIER = re.compile(r"[A-Za-z_][\w]*(?:(?:\.|->|::|\?\.)[A-Za-z_]\w*)+")
_CAMEL = re.compile(r"[A-Za-z]?[a-z]*(?:[A-Z][a-z]+)*\d{0,3}")
PATH = re.compile(r"(?:~|\.{1,2})?/[\w.-]+(?:/[\w.-]+)*/?")


def is_stand_in(value: str) -> bool:
    """Return whether *value* is a variable, a template, code or a word, not a secret itself."""
    if STAND_IN.search(value) or _CODE.search(value) or "****" in value or "xxxx" in value.lower():
        return True
    return value.lower().strip("_-.!") in COMMON or value.lower().rstrip("0123456789!") in COMMON


def is_wordy(value: str) -> bool:
    """Return whether *value* is made of words, short numbers and separators, like a slug."""
    parts = [part for part in _SEPARATORS.split(value) if part]
    if not all(_WORDY_PART.fullmatch(part) for part in parts):
        return False
    return len(parts) > 1 or not looks_random(value)


def looks_random(value: str) -> bool:
    """Return whether *value* is long and its kinds of characters alternate a lot."""
    turns = sum(1 for left, right in pairwise(value) if _kind(left) != _kind(right))
    return len(value) >= 12 and turns >= len(value) / 4 and entropy(value) >= 3.0


def _kind(char: str) -> int:
    return 0 if char.isdigit() else 1 if char.isupper() else 2 if char.islower() else 3


def is_strong(value: str) -> bool:
    """Return whether *value* alone, with any name, is most likely a secret."""
    has_both = any(map(str.isdigit, value)) and any(map(str.isalpha, value))
    return len(value) >= 16 and has_both and entropy(value) >= 3.0 and not is_wordy(value)


def is_mixed(value: str) -> bool:
    """Return whether *value* mixes digits and both cases as no name does that people choose."""
    kinds = (str.isdigit, str.isupper, str.islower)
    return len(value) >= 8 and not is_wordy(value) and all(any(map(k, value)) for k in kinds)


def is_wordless(value: str) -> bool:
    """Return whether *value*, letters only, is no word or name: its case jumps about."""
    return not _SEPARATORS.search(value) and not _CAMEL.fullmatch(value) and not value.isupper()


def is_token(value: str, *, is_env: bool) -> bool:
    """Return whether *value*, assigned to a name for tokens, is one; *is_env*: as in ``.env``."""
    if " " in value or len(value) < 8 or value.isdigit() or PATH.fullmatch(value):
        return False
    if IDENTIFIER.fullmatch(value) or entropy(value) < 2.5:
        return False
    if value.replace("_", "").replace("-", "").replace(".", "").isalpha():
        return len(value) >= 16 and is_wordless(value)
    return not is_wordy(value) or (is_env and looks_random(value))


def is_filler_url(value: str) -> bool:
    """Return whether *value* is part of a URL or a path rather than a credential."""
    return value.startswith(("/", "http")) or PATH.fullmatch(value) is not None


def is_encoded_pair(value: str) -> bool:
    """Return whether *value* is base64 of ``user:password``."""
    padded = value.rstrip("=") + "=" * (-len(value.rstrip("=")) % 4)
    try:
        text = base64.b64decode(padded, altchars=b"-_" if "-" in value or "_" in value else None)
        pair = text.decode()
    except (binascii.Error, UnicodeDecodeError):
        return False
    return ":" in pair and pair.isprintable()
