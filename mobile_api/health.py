"""Is it up, is it ready, what did it count: for load balancers and dashboards."""

import prometheus_client
from aiohttp import web


class Health:
    """``/healthz`` says that the process answers, ``/readyz`` that it works."""

    def __init__(self) -> None:
        self.is_ready = False

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes to add to the application."""
        return [
            web.get("/healthz", self._healthy),
            web.get("/readyz", self._ready),
            web.get("/metrics", self._metrics),
        ]

    async def _healthy(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _ready(self, _request: web.Request) -> web.Response:
        status = 200 if self.is_ready else 503
        return web.json_response(
            {"status": "ready" if self.is_ready else "starting"}, status=status
        )

    async def _metrics(self, _request: web.Request) -> web.Response:
        body = prometheus_client.generate_latest()
        return web.Response(
            body=body, headers={"Content-Type": prometheus_client.CONTENT_TYPE_LATEST}
        )
