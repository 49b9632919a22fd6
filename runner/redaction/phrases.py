"""Our own rules for secrets in sentences, arguments, tables and pairs of name and value."""

import re
from collections.abc import Iterator

from runner.redaction.rules import Rule
from runner.redaction.values import PATH, is_mixed, is_stand_in, is_strong, is_token

_NAME = r"[\w.-]{0,60}(?:passw|pwd|secret|token|api_?key|[_-]key|credential)[\w-]{0,20}"
_GAP = r"[^\S\n]{0,10}"
_SPOKEN = (
    r"(?i)(?<![\w-])(?:pass(?:word|phrase|code)|passwd|passwort|token|secret|credentials?"
    r"|(?:api|access|secret|private|auth)[ _-]?key)s?"
    r"(?:\s(?:is|was|are|set\sto|to|ist|for\s\S{1,40}\sis|of\s\S{1,40}\sis))?:?"
    r"\s{1,3}[\"'`<(]{0,2}([^\s\"'`<>()]{6,500})"
)
_PAIR = (
    rf"(?i)[\"'|]\s?{_NAME}\\?[\"'`]?{_GAP}[,|]{_GAP}"
    r"[bru]{0,2}\\?[\"'`]?([^\s\"'`|\\]{6,500})\s?[\"'`|\\]"
)
_NAME_VALUE = (
    rf"(?i)[\"']?(?:name|key|id)[\"']?\s{{0,3}}[:=]\s{{0,3}}[\"']?{_NAME}[\"']?,?\s{{0,40}}[\"']?"
    r"(?:value|content)[\"']?\s{0,3}[:=]\s{0,3}[\"']?([^\s\"',}]{6,500})"
)
_LOGIN = r"\b(?:login|twine|helm|oc|az|ldapsearch|mosquitto_\w{3})\b[^\n]{0,300}?\s-[pPw]"
_CALL = (
    r"(?i)(?:auth|credentials|basicauth|login)\s{0,2}=?\s{0,2}[(\[]\s{0,2}[\"'][^\"'\n]{1,100}[\"']"
    r",\s{0,3}[\"']([^\"'\s]{4,200})[\"']"
)
NAME_LINE = re.compile(
    rf"(?im)^[^\S\n]*(?:-[^\S\n]{{1,3}})?[\"']?name[\"']?[^\S\n]{{0,3}}[:=][^\S\n]{{0,3}}[\"']?"
    rf"{_NAME}[\"']?,?[^\S\n]*\n"
)


def _is_spoken(found: re.Match[str], value: str) -> bool:
    plain = value.rstrip(".,;:!?")
    if is_stand_in(plain) or PATH.fullmatch(plain) or "://" in plain:
        return False
    return is_strong(plain) or is_mixed(plain)


def _is_given(found: re.Match[str], value: str) -> bool:
    return not is_stand_in(value) and not PATH.fullmatch(value) and not value.startswith("-")


def _is_paired(found: re.Match[str], value: str) -> bool:
    return _is_given(found, value) and is_token(value, is_env=False)


def _is_password_line(found: re.Match[str], value: str) -> bool:
    return _is_given(found, value) and (is_strong(value) or is_mixed(value))


PHRASE_RULES: tuple[Rule, ...] = (
    Rule(
        "spoken-secret",
        _SPOKEN,
        ("pass", "token", "secret", "credential", "key"),
        accept=_is_spoken,
    ),
    Rule("named-value", _PAIR, ("pass", "pwd", "secret", "token", "key"), accept=_is_paired),
    Rule("named-value", _NAME_VALUE, ("value", "content="), accept=_is_paired),
    Rule("argument", _CALL, ("auth", "credentials", "login"), accept=_is_given),
    Rule(
        "argument",
        _LOGIN + r"[\s=]{0,3}[\"']?([^\s\"']{4,300})",
        ("login", "twine", "helm", "ldapsearch", "mosquitto"),
        accept=_is_given,
    ),
    Rule(
        "argument",
        r"\b(?:7z\w?|rar|unrar|zip|unzip)\b[^\n]{0,200}?\s-[pP]\s?[\"']?([^\s\"']{4,200})",
        ("7z", "rar ", "zip "),
        accept=_is_given,
    ),
    Rule(
        "argument",
        r"(?i)\b(?:env|arg|setenv|set\s-\w{1,3}|set)\s{1,3}\w{0,60}"
        r"(?:passw\w{0,10}|secret|token|_key|apikey)\s{1,3}[\"']?([^\s\"'=]{6,500})",
        ("env ", "arg ", "set "),
        accept=_is_paired,
    ),
    Rule(
        "argument",
        r"(?m)^[^\S\n]{0,20}(?:password|passwd)[^\S\n]{1,10}(\S{4,300})$",
        ("passw",),
        accept=_is_password_line,
    ),
    Rule("url-password", r"(?i)jdbc:oracle:\w+:[\w$]{1,60}/([^\s@/]{4,100})@", ("jdbc:oracle:",)),
    Rule("assigned-secret", r"(?i)\b(?:pwd|password)=\{([^{}\s]{6,200})\}", ("pwd=", "password=")),
    Rule("assigned-secret", r"(?i)-pass\s{1,3}pass:(\S{4,200})", ("pass:",), accept=_is_given),
)


_ON_TWO_LINES = Rule("named-value", _NAME_VALUE, (), accept=_is_paired)


def pair_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the values on the line after their names, as in Kubernetes' lists of variables."""
    if "name" not in text and "Name" not in text:
        return
    for found in NAME_LINE.finditer(text):
        end = text.find("\n", found.end())
        end = min(len(text) if end < 0 else end, found.end() + 1000)
        yield from _ON_TWO_LINES.spans(text, found.start(), end)
