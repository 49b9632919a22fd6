"""GitHub in one process: the server round the scene."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from deploy.devkit.github import (
    api_apps,
    api_comments,
    api_git,
    api_issues,
    api_pulls,
    api_repos,
    api_user,
    dispatch,
    manifests,
)
from deploy.devkit.github.app_pages import AppPages
from deploy.devkit.github.code_pages import CodePages
from deploy.devkit.github.control import Control
from deploy.devkit.github.faults import SECONDARY, Fault
from deploy.devkit.github.lifecycle import Lifecycle
from deploy.devkit.github.manifests import ManifestPages
from deploy.devkit.github.oauth import OAuthPages
from deploy.devkit.github.pages import Pages
from deploy.devkit.github.records import Delivery, Exchange
from deploy.devkit.github.site import Site
from deploy.devkit.github.smart_http import SmartHttp

_MAX_BODY = 1 << 30
_PATIENCE_S = 1.0  # for calls that a fault holds up when we stop
APIS = (api_apps, api_user, api_repos, api_issues, api_comments, api_pulls, api_git, manifests)


class GitHubStandIn(Lifecycle):
    """A GitHub on 127.0.0.1: REST, git, webhooks, pages; everything it does is real but local.

    ``async with GitHubStandIn(root=tmp_path) as github: ...``
    """

    def __init__(self, *, root: Path, host: str = "127.0.0.1", port: int = 0) -> None:
        root.mkdir(parents=True, exist_ok=True)
        super().__init__(Site(root.resolve()))
        self.git = SmartHttp(self.site)
        self._host = host
        self._port = port
        self._runner: web.AppRunner | None = None
        self._delivering: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Base of pages and git."""
        return self.world.url

    @property
    def api_url(self) -> str:
        """Base of the REST API."""
        return self.world.api_url

    @property
    def requests(self) -> list[Exchange]:
        """Every REST call so far, with its answer."""
        return self.site.exchanges

    @property
    def deliveries(self) -> list[Delivery]:
        """Every webhook delivery so far, the waiting ones too."""
        return self.site.hooks.deliveries

    def fault(
        self,
        path: str,
        *,
        method: str = ".*",
        status: int | None = None,
        message: str = "",
        retry_after_s: int | None = None,
        headers: Mapping[str, str] | None = None,
        times: int = 1,
        delay_s: float = 0.0,
        is_secondary: bool = False,
        is_cut: bool = False,
        is_after: bool = False,
    ) -> Fault:
        """Let the next *times* calls that match go wrong.

        *path* and *method* are regular expressions. *status* is answered, *is_cut* breaks the
        connection, *delay_s* alone only makes it slow; *is_after* lets the call take effect first.
        """
        extra = dict(headers or {})
        if retry_after_s is not None:
            extra["Retry-After"] = str(retry_after_s)
        if is_secondary:
            status, message = status or 403, message or SECONDARY
        fault = Fault(
            path=path,
            method=method,
            status=status,
            message=message,
            headers=extra,
            times=times,
            delay_s=delay_s,
            is_cut=is_cut,
            is_after=is_after,
        )
        return self.site.faults.add(fault)

    def duplicate_deliveries(self, times: int = 1) -> None:
        """Send each of the next *times* deliveries twice, with the same GUID."""
        self.site.hooks.duplicates += times

    def redeliver(self, guid: str) -> Delivery:
        """Send a delivery again, with the same GUID."""
        for delivery in self.deliveries:
            if delivery.guid == guid:
                return self.site.hooks.redeliver(delivery)
        raise LookupError(f"no delivery {guid}")

    async def settled(self) -> None:
        """Wait until every delivery was tried."""
        await self.site.hooks.settled()

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=_MAX_BODY)
        dispatch.mount(app, self.site, [route for api in APIS for route in api.routes.all])
        for part in (
            self.git,
            Control(self),
            ManifestPages(self.site),
            AppPages(self),
            OAuthPages(self),
            CodePages(self.site),
            Pages(self.site),
        ):
            part.mount(app)
        # git sends gzipped bodies, which `git http-backend` inflates itself.
        self._runner = web.AppRunner(
            app, auto_decompress=False, access_log=None, shutdown_timeout=_PATIENCE_S
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        host, port = self._runner.addresses[0][:2]
        self.world.url = f"http://{host}:{port}"
        self._delivering = asyncio.create_task(self.site.hooks.run())
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._delivering is not None:
            self._delivering.cancel()
            with suppress(asyncio.CancelledError):
                await self._delivering
        if self._runner is not None:
            await self._runner.cleanup()
