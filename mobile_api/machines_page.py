"""The operator's page: rented machines now, how long their starts took, and what they cost.

Its address holds a key that follows from the server's key: `cadence machines list --page`.
"""

import html
import secrets
import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from aiohttp import web
from pydantic import SecretStr

from bot.db.machines import Machines
from bot.machine import Machine, MachineState
from runner.tokens import page_key

DAYS = 30
_STYLE = Path(__file__).parent / "web/machines.css"
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}
_USES_OF_STATES = {
    MachineState.READY: "waiting",
    MachineState.SUSPENDED: "asleep",
    MachineState.STOPPED: "not booted",
}
_USES = ("at work", "paused", "waiting", "asleep", "not booted", "on the way", "ending")
_WIDTH, _HEIGHT, _LEFT, _FOOT = 720, 200, 56, 24


class MachinesPage:
    """``GET /machines/<key>``; a wrong key is a page that does not exist."""

    def __init__(self, machines: Machines, key: SecretStr) -> None:
        self._machines = machines
        self._key = page_key(key)

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes to add to the application."""
        return [
            web.get("/machines/{key}", self._page),
            web.get("/static/machines.css", self._style),
        ]

    async def _page(self, request: web.Request) -> web.Response:
        given = request.match_info["key"]
        if not secrets.compare_digest(given.encode(), self._key.encode()):
            raise web.HTTPNotFound
        text = page(await self._machines.all(), datetime.now(UTC))
        return web.Response(text=text, content_type="text/html", headers=_HEADERS)

    async def _style(self, _request: web.Request) -> web.Response:
        return web.Response(text=_STYLE.read_text(), content_type="text/css")


def page(machines: Sequence[Machine], now: datetime) -> str:
    """Return the page."""
    living = [one for one in machines if one.state is not MachineState.GONE]
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Machines · Cadence</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/static/machines.css"></head><body><main>
<h1>Machines</h1>
<p class="lead">{_lead(living)}</p>
<h2>Now</h2>
{_table(living, now)}
<h2>Starts</h2>
<p>{_starts_words(machines)}{_claims_words(machines)}</p>
{_starts(machines, now)}
<h2>Costs of the last {DAYS} days</h2>
{_costs(machines, now)}
</main></body></html>
"""


def _lead(living: Sequence[Machine]) -> str:
    uses = Counter(_use(one) for one in living)
    told = ", ".join(f"{uses[use]} {use}" for use in _USES if uses[use])
    return f"{told or 'None'}. Times are UTC."


def _use(one: Machine) -> str:
    """Return what a machine is there for now, in words for people."""
    if one.state is MachineState.ENDING:
        return "ending"
    if one.run_id is None:
        return _USES_OF_STATES.get(one.state, "on the way")
    return "paused" if one.state is MachineState.SUSPENDED else "at work"


def _table(living: Sequence[Machine], now: datetime) -> str:
    if not living:
        return "<p>There are no machines.</p>"
    rows: defaultdict[tuple[int, str, str, str], list[float]] = defaultdict(list)
    for one in living:
        age_s = (now - (one.created_at or now)).total_seconds()
        rows[one.installation_id, one.backend, str(one.state), _use(one)].append(age_s)
    cells = "".join(
        f"<tr><td>{installation}</td><td>{_text(place)}</td><td>{_text(state)}</td>"
        f"<td>{use}</td><td class=n>{len(ages)}</td><td class=n>{_span(max(ages))}</td></tr>"
        for (installation, place, state, use), ages in sorted(rows.items())
    )
    head = (
        "<tr><th>installation<th>place<th>state<th>use<th class=n>machines<th class=n>oldest</tr>"
    )
    return f"<table><thead>{head}</thead><tbody>{cells}</tbody></table>"


def _span(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _start_times(machines: Sequence[Machine]) -> list[tuple[datetime, float]]:
    return [
        (one.created_at, (one.ready_at - one.created_at).total_seconds())
        for one in machines
        if one.created_at and one.ready_at
    ]


def _starts_words(machines: Sequence[Machine]) -> str:
    seconds = sorted(seconds for _, seconds in _start_times(machines))
    if not seconds:
        return "No machine has started yet."
    worst = seconds[min(int(len(seconds) * 0.95), len(seconds) - 1)]
    return (
        f"From the order to the first word: {statistics.median(seconds):.1f} s in the middle, "
        f"{worst:.1f} s for the slowest twentieth, of {len(seconds)}."
    )


def _claims_words(machines: Sequence[Machine]) -> str:
    seconds = [
        (one.taken_at - one.claimed_at).total_seconds()
        for one in machines
        if one.taken_at and one.claimed_at and one.ready_at and one.ready_at < one.claimed_at
    ]
    if not seconds:
        return ""
    return (
        f" From the claim of a waiting machine to the run: {statistics.median(seconds):.2f} s "
        f"in the middle, of {len(seconds)}."
    )


def _starts(machines: Sequence[Machine], now: datetime) -> str:
    first = now.date() - timedelta(days=DAYS - 1)
    since = datetime.combine(first, datetime.min.time(), UTC)
    points = [(at, s) for at, s in _start_times(machines) if at > since]
    if not points:
        return ""
    top = max(seconds for _, seconds in points)
    span = max((now - since).total_seconds(), 1.0)
    dots = "".join(
        f'<circle cx="{_x((at - since).total_seconds() / span):.1f}" '
        f'cy="{_y(seconds / top):.1f}" r="3"/>'
        for at, seconds in points
    )
    return _plot(dots, (f"{top:.1f} s", f"{top / 2:.1f} s"), first, now.date())


def _costs(machines: Sequence[Machine], now: datetime) -> str:
    days = [now.date() - timedelta(days=n) for n in reversed(range(DAYS))]
    usd = dict.fromkeys(days, 0.0)
    for one in machines:
        _add_costs(usd, one, now)
    top = max(usd.values())
    if not top:
        return "<p>Nothing yet, or no price was set (CADENCE_FLY_USD_PER_HOUR).</p>"
    width = (_WIDTH - _LEFT) / DAYS
    bars = "".join(
        f'<rect x="{_LEFT + n * width + 1:.1f}" y="{_y(usd[day] / top):.1f}" '
        f'width="{width - 2:.1f}" height="{_HEIGHT - _FOOT - _y(usd[day] / top):.1f}">'
        f"<title>{day}: {_usd(usd[day])}</title></rect>"
        for n, day in enumerate(days)
    )
    words = f"<p>{_usd(sum(usd.values()))} in all; {_usd(usd[days[-1]])} today.</p>"
    return words + _plot(bars, (_usd(top), _usd(top / 2)), days[0], days[-1])


def _usd(exact: float) -> str:
    """Return dollars as people read them; under a cent with as many digits as it takes."""
    return f"${exact:.2f}" if exact >= 0.095 or not exact else f"${exact:.2g}"


def _add_costs(usd: dict[date, float], one: Machine, now: datetime) -> None:
    """Spread the cost of a machine over the days on which it lived."""
    if one.created_at is None or not one.usd_per_hour:
        return
    at, end = one.created_at, one.gone_at or now
    while at < end:
        midnight = datetime.combine(at.date() + timedelta(days=1), datetime.min.time(), UTC)
        until = min(midnight, end)
        if at.date() in usd:
            usd[at.date()] += one.use(at, until).usd
        at = until


def _plot(marks: str, scale: tuple[str, str], first: date, last: date) -> str:
    """Return a plot of *marks* between zero and the first of *scale*; the second is its middle."""
    floor = _HEIGHT - _FOOT
    lines = "".join(
        f'<line x1="{_LEFT}" y1="{_y(share):.0f}" x2="{_WIDTH}" y2="{_y(share):.0f}"/>'
        f'<text x="{_LEFT - 6}" y="{min(_y(share) + 4, floor):.0f}" class="end">{words}</text>'
        for share, words in ((0.0, "0"), (0.5, scale[1]), (1.0, scale[0]))
    )
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="up to {scale[0]}">{lines}'
        f'<text x="{_LEFT}" y="{_HEIGHT - 6}">{first:%-d %b}</text>'
        f'<text x="{_WIDTH}" y="{_HEIGHT - 6}" class="end">{last:%-d %b}</text>{marks}</svg>'
    )


def _x(share: float) -> float:
    return _LEFT + share * (_WIDTH - _LEFT - 4)


def _y(share: float) -> float:
    return 8 + (1 - share) * (_HEIGHT - _FOOT - 8)


def _text(words: str) -> str:
    return html.escape(words)
