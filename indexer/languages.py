"""Which language a file is written in, by its name first and by its content where names differ."""

import re
from collections.abc import Callable

from indexer.language_names import (
    CODE,
    DATA,
    EDITOR_NAMES,
    EXTENSIONS,
    INTERPRETERS,
    NAMES,
    PROSE,
)

TEXT = "text"
_HEAD = 4_096
_MANPAGE = re.compile(r"^\.(?:\\\"|TH|SH|Dd|Dt|so)\b|^'\\\"|^\.\\\"", re.MULTILINE)
_SHEBANG = re.compile(r"#!\s*(?P<program>\S+)(?P<arguments>[^\n]*)")
_EMACS = re.compile(r"-\*-\s*(?:.*?\bmode:\s*)?(?P<mode>[A-Za-z0-9+#-]+)\s*(?:;.*?)?-\*-")
_VIM = re.compile(
    r"(?:^|\s)(?:vi|vim|ex):.*?\b(?:ft|filetype|syntax)=(?P<mode>[A-Za-z0-9+#]+)", re.MULTILINE
)
_VERSIONED = re.compile(r"[\d.]+$")
_OBJECTIVE = re.compile(
    r"^[ \t]*@(?:interface|protocol|implementation|property|class|import|end)\b|^[ \t]*#import\s",
    re.M,
)
_CPP_ONLY = re.compile(
    r"^[ \t]*(?:template\s*<|(?:inline\s+)?namespace\b[^;=]*\{|namespace\s+\w+\s*$"
    r"|using\s+(?:namespace\b|\w+\s*=)"
    r"|class\s+(?:[A-Z_]+\s+)?\w+[^;()]*[{:]|enum\s+(?:class|struct)\b|(?:public|private|protected)\s*:"
    r"|constexpr\b|static_assert\s*\(|\#\s*include\s*<(?:string|vector|map|memory|cstdint|cstddef|utility"
    r"|algorithm|functional|iostream|type_traits|limits|array|atomic|mutex|thread|optional)>)"
    r"|\bstd::\w|\btypename\s+\w|\bvirtual\s+\w|\boperator\s*[=+\-*/<>(\[]|\bnoexcept\b|\bnullptr\b|\bstatic_cast<",
    re.MULTILINE,
)
_EXTERN_C = re.compile(
    r"^[ \t]*\#\s*ifdef\s+__cplusplus.*?^[ \t]*\#\s*endif", re.MULTILINE | re.DOTALL
)
_QT = re.compile(r"\A\s*(?:<\?xml|<!DOCTYPE\s+TS|<TS[\s>])")
_MATLAB = re.compile(r"^[ \t]*(?:%|function\b|end\s*$|classdef\b)", re.MULTILINE)
_PROLOG = re.compile(r"^[ \t]*:-|^\w+\([^)]*\)\s*:-", re.MULTILINE)
_PERL = re.compile(
    r"^[ \t]*(?:use\s+(?:strict|warnings|v?5)|package\s+[\w:]+;|sub\s+\w+|my\s+[$@%(])", re.M
)
_JSON_START = re.compile(r"\A\s*[\[{]\s*(?:[\"\]}\[{]|-?\d|true\b|false\b|null\b|//|\Z)")
_XML_START = re.compile(r"\A\s*<\?xml\b")
_HTML_START = re.compile(r"\A\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_PHP_START = re.compile(r"\A\s*<\?(?:php|=)")
_VERILOG = re.compile(r"^[ \t]*(?:module\s+\w+|endmodule|always\s*@|`timescale)", re.MULTILINE)
_EASY_SUFFIXES = frozenset(
    {"in", "dist", "sample", "example", "template", "default", "tmpl", "tpl"}
)


def language_of(path: str, head: bytes) -> str:
    """Return the language of the file at *path* that begins with *head*, like ``python``.

    A few thousand bytes of *head* are enough; with none, the name alone decides.
    """
    name = path.rpartition("/")[2].lower()
    text = _decoded(head[:_HEAD])
    extension = name.rpartition(".")[2] if "." in name[1:] else ""
    if judge := _JUDGES.get(extension):
        return judge(text)
    return (
        _by_name(name)
        or EXTENSIONS.get(extension)
        or _by_modeline(text)
        or _by_shebang(text)
        or _by_inner_extension(name, extension)
        or _by_start(text)
    )


def language_called(name: str) -> str | None:
    """Return the language that linguist calls *name*, such as ``C++``; None when it is unknown."""
    return EDITOR_NAMES.get("-".join(name.lower().split()))


def is_code(language: str) -> bool:
    """Whether *language* is one to program in, templates and style sheets included."""
    return language in CODE


def is_prose(language: str) -> bool:
    """Whether *language* is for people to read: documentation and plain text."""
    return language in PROSE


def is_data(language: str) -> bool:
    """Whether *language* holds data or configuration."""
    return language in DATA


def _decoded(head: bytes) -> str:
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return head.decode("utf-16", "replace")
    return head.decode("utf-8", "replace").removeprefix("\ufeff")


def _by_name(name: str) -> str | None:
    found = NAMES.get(name)
    if found:
        return found
    stem, _, rest = name.partition(".")
    if stem in {"dockerfile", "containerfile", "makefile", "jenkinsfile", "gemfile"}:
        # Dockerfile.alpine, Gemfile.rails7; but makefile.py is Python.
        return None if rest in EXTENSIONS or rest == "lock" else NAMES[stem]
    if "requirements" in stem and rest in {"txt", "in"}:
        return "requirements"
    if (
        stem in {"license", "readme", "changelog", "copying"}
        and rest.rpartition(".")[2] not in EXTENSIONS
    ):
        return TEXT
    return None


def _by_modeline(text: str) -> str | None:
    lines = text.split("\n", 5)[:5]
    for line in lines[:2]:
        if found := _EMACS.search(line):
            return EDITOR_NAMES.get(found["mode"].lower())
    if found := _VIM.search("\n".join(lines)):
        return EDITOR_NAMES.get(found["mode"].lower())
    return None


def _by_shebang(text: str) -> str | None:
    found = _SHEBANG.match(text)
    if found is None:
        return None
    program = found["program"].rpartition("/")[2]
    if program == "env":
        words = (word for word in found["arguments"].split() if "=" not in word)
        program = next((word for word in words if not word.startswith("-")), "")
        program = program.rpartition("/")[2]
    program = program.lower()
    return INTERPRETERS.get(program) or INTERPRETERS.get(_VERSIONED.sub("", program))


def _by_inner_extension(name: str, extension: str) -> str | None:
    """Return the language of ``config.h.in``, ``settings.py.example``: of the name inside."""
    if extension not in _EASY_SUFFIXES:
        return None
    inner = name.removesuffix(f".{extension}")
    if inner in NAMES:
        return NAMES[inner]
    ending = inner.rpartition(".")[2] if "." in inner else ""
    return "c" if ending == "h" else EXTENSIONS.get(ending)


def _by_start(text: str) -> str:
    if _XML_START.match(text):
        return "xml"
    if _HTML_START.match(text):
        return "html"
    if _PHP_START.match(text):
        return "php"
    if _JSON_START.match(text) and text.strip():
        return "json"
    return TEXT


def _header(text: str) -> str:
    """Tell C, C++ and Objective-C headers apart; what ``#ifdef __cplusplus`` guards is C's."""
    if _OBJECTIVE.search(text):
        return "objectivec"
    return "cpp" if _CPP_ONLY.search(_EXTERN_C.sub("", text)) else "c"


def _dot_ts(text: str) -> str:
    return "xml" if _QT.match(text) else "typescript"


def _dot_m(text: str) -> str:
    if _OBJECTIVE.search(text) or "#include" in text:
        return "objectivec"
    return "matlab" if _MATLAB.search(text) else "objectivec"


def _dot_pl(text: str) -> str:
    if _by_shebang(text) == "perl" or _PERL.search(text):
        return "perl"
    return "prolog" if _PROLOG.search(text) else "perl"


def _dot_pro(text: str) -> str:
    return "prolog" if _PROLOG.search(text) else TEXT  # ProGuard's, Qt's


def _dot_t(text: str) -> str:
    return "perl" if _by_shebang(text) == "perl" or _PERL.search(text) else _by_start(text)


def _dot_v(text: str) -> str:
    return "verilog" if _VERILOG.search(text) else "v"


def _dot_inc(text: str) -> str:
    if _PHP_START.match(text):
        return "php"
    return "cpp" if _CPP_ONLY.search(text) else "c" if "#" in text and ";" in text else TEXT


def _manpage(text: str) -> str:
    return "roff" if _MANPAGE.search(text) else _by_shebang(text) or TEXT


def _dot_script(text: str) -> str:
    return _by_shebang(text) or _by_start(text)


_JUDGES: dict[str, Callable[[str], str]] = {
    "h": _header,
    "ts": _dot_ts,
    "m": _dot_m,
    "pl": _dot_pl,
    "pro": _dot_pro,
    "t": _dot_t,
    "v": _dot_v,
    "inc": _dot_inc,
    "cgi": _dot_script,
    "fcgi": _dot_script,
    **dict.fromkeys("123456789", _manpage),
}
