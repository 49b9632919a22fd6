"""The table of figures, and its place in the documentation."""

import os
import platform
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure; *is_met* says whether it keeps what was promised, None where nothing was."""

    part: str
    what: str
    figure: str
    note: str = ""
    is_met: bool | None = None


def markdown(rows: Sequence[Row], *, machine: str, on: date) -> str:
    """Return the block that stands between the marks."""
    lines = [
        f"Measured on {on.isoformat()}: {machine}.",
        "",
        "| part | what | figure | kept | note |",
        "| --- | --- | ---: | :---: | --- |",
    ]
    for row in rows:
        kept = {True: "yes", False: "**no**", None: ""}[row.is_met]
        lines.append(f"| {row.part} | {row.what} | {row.figure} | {kept} | {row.note} |")
    return "\n".join(lines)


def replaced(page: str, block: str) -> str:
    """Return *page* with *block* between the marks; raise `ValueError` when it has none."""
    if BEGIN not in page or END not in page:
        raise ValueError("the page has no place for the figures")
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n{block}\n{END}{tail}"


def write(path: Path, rows: Sequence[Row]) -> None:
    """Put *rows* into the page at *path*."""
    block = markdown(rows, machine=machine(), on=date.today())  # noqa: DTZ011 - a page for people
    path.write_text(replaced(path.read_text(), block))


def machine() -> str:
    """Describe what was measured on."""
    cpu = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    parts = [
        f"{len(os.sched_getaffinity(0))} processors" + (f" ({cpu[1].strip()})" if cpu else ""),
        f"{int(memory[1]) / 1024**2:.0f} GiB memory" if memory else "",
        f"{platform.system()} {platform.release().split('-')[0]}",
        f"Python {platform.python_version()}",
        f"Node {_said('node', '--version').removeprefix('v')}",
    ]
    return ", ".join(part for part in parts if part)


def _said(*argv: str) -> str:
    try:
        return subprocess.run(argv, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "absent"
