"""The findings as a table for people, or as JSON for programs."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TextIO

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.doctor.finding import Finding, Level

_SIGNS = {Level.OK: ("✓", "green"), Level.WARN: ("!", "yellow"), Level.FAIL: ("✗", "red")}


def show(
    findings: Sequence[Finding], *, as_json: bool = False, stream: TextIO | None = None
) -> bool:
    """Print *findings* to *stream*, standard output if not given; return whether none fails."""
    stream = stream or sys.stdout
    if as_json:
        lines = orjson.dumps([asdict(found) for found in findings], option=orjson.OPT_INDENT_2)
        stream.write(lines.decode() + "\n")
    else:
        console = Console(file=stream, highlight=False)
        console.print(_table(findings))
        console.print(_summary(findings))
    return all(found.ok is not Level.FAIL for found in findings)


def _table(findings: Sequence[Finding]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(width=1)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for found in findings:
        sign, colour = _SIGNS[found.ok]
        said = Text(found.detail)
        if found.remedy:
            said.append(f"\n→ {found.remedy}", style=colour)
        table.add_row(Text(sign, style=colour), found.name, said)
    return table


def _summary(findings: Sequence[Finding]) -> Text:
    failed = sum(found.ok is Level.FAIL for found in findings)
    warned = sum(found.ok is Level.WARN for found in findings)
    if failed:
        return Text(f"{failed} to put right, {warned} to look at.", style="red")
    return Text(f"Ready; {warned} to look at." if warned else "Ready.", style="green")
