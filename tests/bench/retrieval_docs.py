"""The figures of search as a page of documentation: tables, and the ablation as a picture."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"
BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"
_SHOWN = ("any@1", "any@5", "any@10", "all@10", "recall@20", "mrr", "ndcg@10")
_WITHOUT = " without "
Means = dict[str, dict[str, float]]


def block(
    sets: Mapping[str, Sequence[Any]],
    *,
    summary: Callable[..., Means],
    against: Callable[..., dict[str, tuple[float, float, float]]],
    ours: str,
    large: int,
) -> str:
    """Return all tables as Markdown."""
    parts = []
    for name, found in sets.items():
        means = summary(found)
        count = sum(len(one.rows[ours]) for one in found)
        parts.append(f"### {name.capitalize()}: {count} questions, {len(found)} snapshots\n")
        parts.append(_table({k: v for k, v in means.items() if _WITHOUT not in k}))
        parts.append(_differences(against(found, "BM25 over chunks")))
        big = [one for one in found if one.sources >= large]
        rows = {"titles alone": summary(found, titles=True)[ours]}
        if big:
            rows[f"repositories with {large} and more source files"] = summary(big)[ours]
        parts.append(_table(rows))
        parts.append(_cost(found))
    parts.append("### Without each kind of evidence\n")
    parts.append(_ablation({name: summary(found) for name, found in sets.items()}, ours))
    parts.append("\n![What search loses without each kind of evidence](search-ablation.svg)")
    return "\n".join(parts)


def write(page: str, means: dict[str, Means], ours: str) -> None:
    """Put *page* between the marks of docs/search.md and draw the picture."""
    path = DOCS / "search.md"
    text = path.read_text()
    head, _, rest = text.partition(BEGIN)
    path.write_text(f"{head}{BEGIN}\n{page}\n{END}{rest.partition(END)[2]}")
    (DOCS / "search-ablation.svg").write_text(_picture(means, ours))


def _table(rows: Means) -> str:
    head = "| | " + " | ".join(_SHOWN) + " |\n| --- |" + " --- |" * len(_SHOWN)
    lines = [
        f"| {name} | " + " | ".join(f"{found[one]:.3f}" for one in _SHOWN) + " |"
        for name, found in rows.items()
    ]
    return "\n".join((head, *lines)) + "\n"


def _differences(found: dict[str, tuple[float, float, float]]) -> str:
    said = ", ".join(
        f"{name} {100 * apart:+.1f} [{100 * low:+.1f}, {100 * high:+.1f}]"
        for name, (apart, low, high) in found.items()
    )
    return f"Points above BM25 over chunks, 95 % interval by paired bootstrap: {said}.\n"


def _cost(found: Sequence[Any]) -> str:
    took = sorted(ms for one in found for ms in one.took)
    files = sum(one.files for one in found)
    seconds, size = sum(one.index_s for one in found), sum(one.index_bytes for one in found)
    return (
        f"Index: {1000 * seconds / files:.2f} s and {1000 * size / files / 2**20:.1f} MB for 1,000"
        f" files (one worker process, two snapshots at a time); a query takes"
        f" {took[len(took) // 2]:.1f} ms (median), {took[int(len(took) * 0.95)]:.1f} ms (p95).\n"
    )


def _ablation(sets: dict[str, Means], ours: str) -> str:
    names = [name for name in next(iter(sets.values())) if _WITHOUT in name]
    columns = [(one, measure) for one in sets for measure in ("any@10", "all@10", "mrr")]
    head = "| without | " + " | ".join(f"{one}: {measure}" for one, measure in columns) + " |"
    lines = [head, "| --- |" + " --- |" * len(columns)]
    for name in names:
        cells = [
            f"{100 * (sets[one][name][measure] - sets[one][ours][measure]):+.1f}"
            for one, measure in columns
        ]
        lines.append(f"| {name.partition(_WITHOUT)[2]} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _picture(sets: dict[str, Means], ours: str) -> str:
    """Return a bar a kind of evidence and set: points of MRR that are lost without it."""
    names = [name for name in next(iter(sets.values())) if _WITHOUT in name]
    colours = ("#0969da", "#bf8700", "#1a7f37")
    scale, left, line = 80.0, 250, 34
    parts = []
    for row, name in enumerate(names):
        top = 46 + row * line
        label = name.partition(_WITHOUT)[2].replace("_", " ")
        parts.append(f'<text x="{left - 120}" y="{top + 15}" text-anchor="end">{label}</text>')
        for place, means in enumerate(sets.values()):
            lost = 100 * (means[ours]["mrr"] - means[name]["mrr"])
            width = max(abs(lost) * scale, 1.0)
            x = left if lost >= 0 else left - width
            parts.append(
                f'<rect x="{x:.0f}" y="{top + place * 11}" width="{width:.0f}" height="9" rx="2"'
                f' fill="{colours[place]}"/><text x="{max(x + width, left) + 6:.0f}"'
                f' y="{top + place * 11 + 8}" class="n">{lost:+.1f}</text>'
            )
    for place, name in enumerate(sets):
        parts.append(
            f'<rect x="{left + place * 110}" y="18" width="9" height="9" fill="{colours[place]}"/>'
            f'<text x="{left + place * 110 + 14}" y="26" class="n">{name}</text>'
        )
    foot = 58 + len(names) * line
    parts.append(f'<text x="{left}" y="{foot}" class="n">points of MRR that are lost</text>')
    height = 70 + len(names) * line
    style = (
        "text{font:13px system-ui,sans-serif;fill:#1f2328}.n{font-size:10px;fill:#59636e}"
        "@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.n{fill:#9198a1}}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="560" height="{height}" role="img"'
        f' aria-label="Points of MRR lost without each kind of evidence">'
        f"<style>{style}</style>{''.join(parts)}</svg>\n"
    )
