"""A unified diff as coloured tables, one for each file."""

import re
from collections.abc import Iterator

from deploy.devkit.github.markdown import escape

_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@(.*)")
_MAX_LINES = 3000


def render(diff: str) -> str:
    """Return *diff* as HTML; very long ones are cut and say so."""
    if not diff.strip():
        return '<div class="sheet empty">Nothing changed.</div>'
    files = re.split(r"^(?=diff --git )", diff, flags=re.MULTILINE)
    return "".join(_file(part) for part in files if part.strip())


def _file(part: str) -> str:
    head, lines = _split(part.splitlines())
    plus = sum(line.startswith("+") for line in lines)
    minus = sum(line.startswith("-") for line in lines)
    rows = "".join(_rows(lines[:_MAX_LINES]))
    if not rows:
        rows = f'<tr><td class="soft">{escape(" ".join(head[1:]) or "No text to show")}</td></tr>'
    if len(lines) > _MAX_LINES:
        rows += f'<tr><td class="soft">… {len(lines) - _MAX_LINES} more lines</td></tr>'
    counts = f'<span class="adds">+{plus}</span> <span class="dels">&minus;{minus}</span>'
    return (
        f'<section class="sheet file"><div class="who"><span class="mono">{escape(_name(head))}'
        f'</span><span class="soft">{counts}</span></div>'
        f'<div class="scroll"><table class="diff mono">{rows}</table></div></section>'
    )


def _split(lines: list[str]) -> tuple[list[str], list[str]]:
    for place, line in enumerate(lines):
        if line.startswith("@@"):
            return lines[:place], lines[place:]
    return lines, []


def _name(head: list[str]) -> str:
    names = dict.fromkeys(("---", "+++"), "")
    for line in head:
        if line[:3] in names:
            names[line[:3]] = line[4:].removeprefix("a/").removeprefix("b/").strip()
    old, new = names["---"], names["+++"]
    if new and new != "/dev/null":
        return new if old in (new, "/dev/null") else f"{old} → {new}"
    return old or head[0].removeprefix("diff --git ")


def _rows(lines: list[str]) -> Iterator[str]:
    old = new = 0
    for line in lines:
        hunk = _HUNK.match(line)
        if hunk:
            old, new = int(hunk[1]), int(hunk[2])
            yield _row("hunk", "", "", line)
        elif line.startswith("+"):
            yield _row("plus", "", new, line)
            new += 1
        elif line.startswith("-"):
            yield _row("minus", old, "", line)
            old += 1
        else:
            yield _row("", old, new, line)
            old, new = old + 1, new + 1


def _row(kind: str, old: object, new: object, line: str) -> str:
    numbers = f'<td class="n">{old}</td><td class="n">{new}</td>'
    return f'<tr class="{kind}">{numbers}<td>{escape(line)}</td></tr>'
