"""What a file is for: code is looked at first; tests, documentation and data come after it."""

import re
from enum import IntEnum

from indexer.languages import is_data, is_prose

_TEST = re.compile(
    r"(^|/)(tests?|testing|specs?|__tests__|__mocks__|testdata|fixtures?|e2e|benches|benchmarks?"
    r"|examples?|docs?|playground|demos?|samples?)(/|$)"
    r"|(^|/)(test_[^/]*|conftest)\.\w+$"
    r"|[._-](test|tests|spec|bench)\.\w+$|(Tests?|IT)\.(java|kt|cs|swift|php|scala)$",
    re.IGNORECASE,
)
# Languages of pages: their rules and templates are looked at after the code that fills them.
_PAGES = frozenset({"html", "css", "svg", "diff"})


class Kind(IntEnum):
    """What a file is for."""

    CODE = 0
    TEST = 1
    PROSE = 2
    DATA = 3


def kind_of(path: str, language: str) -> Kind:
    """Return what the file at *path* in *language* is for, by its names alone."""
    if is_prose(language):
        return Kind.PROSE
    if is_data(language) or language in _PAGES:
        return Kind.DATA
    return Kind.TEST if _TEST.search(path) else Kind.CODE
