"""The choices that stand at the start or the end of a request: ``model= base= budget=``."""

import re
from dataclasses import replace

from bot.domain import Options

MAX_BUDGET_USD = 100.0

_VALUE = r"""("[^"\n]*"|'[^'\n]*'|“[^”\n]*”|`[^`\n]*`|[^\s"'`]+)"""
_FIRST = re.compile(rf"\s*\b(model|base|budget)={_VALUE}(?=\s|$)", re.IGNORECASE)
_LAST = re.compile(rf"(?:^|\s)(model|base|budget)={_VALUE}\s*$", re.IGNORECASE)
_TAIL = 300
_QUOTES = "\"'`“”"
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_AMOUNT = re.compile(r"\$?([0-9]{1,4}(?:\.[0-9]{1,4})?)(?:\$|usd)?", re.IGNORECASE)
_BAD_REF = re.compile(
    r"^[-/]|^@$|\.\.|//|@\{|[\x00-\x20\x7f~^:?*\[\\]|/$|\.$|\.lock(?:/|$)|(?:^|/)\."
)


def split(text: str, *, models: tuple[str, ...] = ()) -> tuple[str, Options, tuple[str, ...]]:
    """Return *text* without its options, the options, and a sentence for each that is wrong.

    With *models* only those names are known.
    """
    found: list[tuple[str, str]] = []
    while first := _FIRST.match(text):
        found.append((first[1].lower(), first[2]))
        text = text[first.end() :].lstrip(" \t,;")
    while last := _LAST.search(text, max(0, len(text) - _TAIL)):
        found.append((last[1].lower(), last[2]))
        text = text[: last.start()].rstrip(" \t,;")
    options, problems = Options(), []
    for name, raw in found:
        options, problem = _with(options, name, raw.strip(_QUOTES), models)
        problems.append(problem)
    return text.strip("\n").rstrip(), options, tuple(p for p in problems if p)


def _with(options: Options, name: str, value: str, models: tuple[str, ...]) -> tuple[Options, str]:
    value = value.rstrip(",;!?") if name == "base" else value.rstrip(",;!?.")
    if name == "model":
        return _with_model(options, value, models)
    if name == "base":
        base = value.rstrip(".")
        if not base or len(base) > 200 or _BAD_REF.search(base) or not base.isprintable():
            return options, "`base=` needs the name of a branch."
        return replace(options, base=base), ""
    amount = _AMOUNT.fullmatch(value)
    budget = float(amount[1]) if amount else 0.0
    if not 0 < budget <= MAX_BUDGET_USD:
        return options, f"`budget=` needs US dollars above 0 and up to {MAX_BUDGET_USD:.0f}."
    return replace(options, budget_usd=budget), ""


def _with_model(options: Options, value: str, models: tuple[str, ...]) -> tuple[Options, str]:
    known = {name.lower(): name for name in models}
    if not _MODEL.fullmatch(value) or (models and value.lower() not in known):
        names = ", ".join(f"`{name}`" for name in models)
        told = f"I know {names}." if names else "Leave it out to use the default."
        return options, f"I do not know the model that `model=` names. {told}"
    return replace(options, model=known.get(value.lower(), value)), ""
