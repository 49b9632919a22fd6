"""Labels and the little language that selects by them."""

import re
from typing import Any

from deploy.devkit.hetzner.faults import Refusal

_NAME = r"[a-zA-Z0-9](?:[\w.-]{0,61}[a-zA-Z0-9])?"
_KEY = re.compile(rf"(?:[a-z0-9](?:[a-z0-9.-]{{0,251}}[a-z0-9])?/)?{_NAME}")
_VALUE = re.compile(rf"(?:{_NAME})?")
_SIGN = r"(?P<sign>==|=|!=|in|notin)\s*(?P<value>\([^)]*\)|[\w.-]*)"
_TERM = re.compile(rf"\s*(?P<not>!)?(?P<key>[\w./-]+)\s*(?:{_SIGN})?\s*")
_COMMA = re.compile(r",(?![^(]*\))")


def checked(labels: Any) -> dict[str, str]:
    """Return *labels* if the API would take them."""
    if labels is None:
        return {}
    if not isinstance(labels, dict):
        raise Refusal(422, "invalid_input", "invalid input in field 'labels'")
    for key, value in labels.items():
        if not _KEY.fullmatch(key) or not isinstance(value, str) or not _VALUE.fullmatch(value):
            raise Refusal(422, "invalid_input", f"invalid input in field 'labels': {key}")
    return dict(labels)


def selects(selector: str, labels: dict[str, str]) -> bool:
    """Tell whether *labels* fit every term of *selector*."""
    return all(_holds(term, labels) for term in _COMMA.split(selector) if term.strip())


def _holds(term: str, labels: dict[str, str]) -> bool:
    match = _TERM.fullmatch(term)
    if match is None:
        raise Refusal(422, "invalid_input", "invalid input in field 'label_selector'")
    key, sign, value = match["key"], match["sign"], match["value"] or ""
    if sign is None:
        return (key in labels) is not bool(match["not"])
    values = [one.strip() for one in value.strip("()").split(",")]
    is_in = labels.get(key) in values
    return is_in if sign in ("=", "==", "in") else not is_in
