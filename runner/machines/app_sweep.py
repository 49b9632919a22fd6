"""Apps at Fly that nobody needs: those of removed installations, and those that nobody knows."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import structlog

from bot.db.installations import Installations
from bot.db.machine_apps import AppUse, MachineApps
from bot.errors import Unavailable
from runner.machines.provider import Provider
from runner.pool import FLY

IDLE = timedelta(hours=24)
MOST = 20  # in one sweep: Fly lets nobody delete apps fast
log = structlog.get_logger()


class AppSweep:
    """Remove what is left over; what fails is tried again by the next sweep.

    An app that is needed again is made again, so a sweep at the wrong moment costs time only.
    """

    def __init__(
        self,
        uses: MachineApps,
        installations: Installations,
        provider: Provider,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._uses = uses
        self._installations = installations
        self._provider = provider
        self._now = now

    async def sweep(self) -> int:
        """Remove apps of removed installations, and idle ones of unknown; return how many."""
        try:
            apps = await self._provider.apps()
        except Unavailable as error:
            log.warning("apps not listed", reason=str(error))
            return 0
        removed, known = await self._installations.removed(), await self._installations.known()
        uses = await self._uses.use(FLY)
        left_over = [
            app
            for app, installation in apps.items()
            if installation in removed or (installation not in known and self._is_idle(uses, app))
        ]
        empty = [app for app in left_over if app not in uses or not uses[app].living]
        return sum([await self._removed(app, is_known=app in uses) for app in empty[:MOST]])

    def _is_idle(self, uses: Mapping[str, AppUse], app: str) -> bool:
        return app not in uses or uses[app].last_at < self._now() - IDLE

    async def _removed(self, app: str, *, is_known: bool) -> bool:
        try:
            is_gone = await self._provider.remove_app(app, is_known=is_known)
        except Unavailable as error:
            log.warning("app not removed yet", app=app, reason=str(error))
            return False
        if is_gone:
            log.info("app removed", app=app)
        return is_gone
