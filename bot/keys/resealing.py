"""Old keys go out of use: what they sealed is sealed anew, in small parts, while people work.

Where we are is in the values themselves: each begins with the name of its key, so that a pass may
end anywhere and begin anew on any coordinator.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.db.sealed import PLACES, Place, Sealed, SealedRows
from bot.github.auth import utc_now
from bot.keys.vault import OWN, Unreadable, Vault

BATCH, REST_S, AGAIN_S = 100, 0.2, 3600.0
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a pass came to: values by key, and rows *resealed*, *unreadable*, *busy*.

    Busy ones changed meanwhile, or are being renewed: the next pass has them.
    """

    current: str
    counts: dict[str, int]
    unknown: int = 0
    resealed: int = 0
    unreadable: int = 0
    busy: int = 0

    @property
    def droppable(self) -> tuple[str, ...]:
        """The older keys of the settings that sealed nothing that is kept."""
        kept = {self.current, OWN}
        return tuple(name for name, count in self.counts.items() if not count and name not in kept)


class Resealing:
    """Seals with the newest key what older ones sealed."""

    def __init__(
        self, rows: SealedRows, vault: Vault, *, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._rows = rows
        self._vault = vault
        self._now = now

    async def run(self) -> None:
        """Do a pass now and then, for ever; what was said once is not said again."""
        told: tuple[object, ...] = ()
        while True:
            report = await self.work()
            news = report.droppable, report.unreadable
            if report.resealed or news != told:
                tell(report)
            told = news
            await asyncio.sleep(AGAIN_S)

    async def work(self, *, batch: int = BATCH, rest_s: float = REST_S) -> Report:
        """Go through everything once; return what there is then."""
        resealed = unreadable = busy = 0
        for place in PLACES:
            key, after = self._vault.current, None
            while rows := await self._rows.old(place, key, after=after, limit=batch):
                after = rows[-1].id
                pairs = [(row, values) for row in rows if (values := self._anew(place, row))]
                done = await self._rows.replace(place, pairs, self._now())
                resealed, busy = resealed + done, busy + len(pairs) - done
                unreadable += len(rows) - len(pairs)
                await asyncio.sleep(rest_s)
        seen = await self.look()
        return replace(seen, resealed=resealed, unreadable=unreadable, busy=busy)

    async def look(self) -> Report:
        """Return what there is, and change nothing."""
        counts = await self._rows.counts(self._vault.names)
        unknown = counts.pop("")
        return Report(current=self._vault.current, counts=counts, unknown=unknown)

    def _anew(self, place: Place, row: Sealed) -> dict[str, bytes | None] | None:
        """Return the values of *row* under the newest key, None when they cannot be opened."""
        context = f"{place.context}:{row.person_id}"
        try:
            return {
                name: None if old is None else self._vault.resealed(old, context=context)
                for name, old in row.values.items()
            }
        except Unreadable:
            return None


def tell(report: Report) -> None:
    """Log what a pass came to, and which keys may go."""
    if report.resealed:
        log.info("credentials sealed anew", rows=report.resealed, key=report.current)
    if report.unreadable:
        log.warning(
            "credentials cannot be opened", rows=report.unreadable,
            remedy="give their key back, or let these people sign in anew",
        )  # fmt: skip
    if report.droppable:
        log.info(
            "old credential keys may be dropped", keys=report.droppable, key=report.current,
            when="every coordinator runs with the newest key first",
        )  # fmt: skip
