"""What a file is for: code is looked at first; tests, documentation and data come after it."""

import re
from enum import IntEnum

_TEST = re.compile(
    r"(^|/)(tests?|testing|specs?|__tests__|__mocks__|testdata|fixtures?|e2e|benches|benchmarks?"
    r"|examples?|docs?|playground|demos?|samples?)(/|$)"
    r"|(^|/)(test_[^/]*|conftest)\.\w+$"
    r"|[._-](test|tests|spec|bench)\.\w+$|(Tests?|IT)\.(java|kt|cs|swift|php|scala)$",
    re.IGNORECASE,
)
_PROSE = frozenset({"markdown", "restructuredtext", "text", "asciidoc", "org", "latex", "man"})
_DATA = frozenset(
    {"json", "yaml", "toml", "xml", "csv", "ini", "properties", "svg", "html", "css", "diff"}
    | {"gettext", "lock", "dotenv", "ignore", "plist"}
)


class Kind(IntEnum):
    """What a file is for."""

    CODE = 0
    TEST = 1
    PROSE = 2
    DATA = 3


def kind_of(path: str, language: str) -> Kind:
    """Return what the file at *path* in *language* is for, by its names alone."""
    if language in _PROSE:
        return Kind.PROSE
    if language in _DATA:
        return Kind.DATA
    return Kind.TEST if _TEST.search(path) else Kind.CODE
