"""Notifications over HTTP: switched on, tried out, looked up."""

import hashlib
import uuid

from aiohttp import web

from bot.db.push import Pushes, Subscription
from bot.errors import NotFound, Unavailable
from mobile_api.auth.sessions import Keeper, device_name, person_of, signed_of
from mobile_api.auth.sign_in import browser_name
from mobile_api.endpoint import CREATE, Endpoint
from mobile_api.push.hosts import PushHosts
from mobile_api.push.sender import Sender, check_keys
from mobile_api.push.views import (
    LogEntry,
    LogQuery,
    LogView,
    LookAsked,
    Payload,
    PushKeyView,
    SubscriptionAsked,
    SubscriptionView,
    TestView,
)
from mobile_api.wire import answer, asked, queried, told

MOST_DEVICES = 20
_OFF = "notifications are not set up here: the operator sets CADENCE_PUSH_CONTACT"


class PushApi:
    """``/api/push``; without a *sender* it says that there are no notifications here."""

    def __init__(
        self, pushes: Pushes, keeper: Keeper, hosts: PushHosts, sender: Sender | None
    ) -> None:
        self._pushes = pushes
        self._keeper = keeper
        self._hosts = hosts
        self._maybe = sender

    def endpoints(self) -> list[Endpoint]:
        """Return the routes."""
        return [*self._devices(), *self._looks()]

    def _devices(self) -> list[Endpoint]:
        return [
            Endpoint(
                method="GET",
                path="/api/push/key",
                handler=self._key,
                summary="The key that a browser subscribes with",
                tag="notifications",
                answers={200: PushKeyView},
            ),
            Endpoint(
                method="POST",
                path="/api/push/subscriptions",
                handler=self._subscribe,
                summary="Wake this device; again for the same one changes nothing",
                tag="notifications",
                body=SubscriptionAsked,
                answers={201: SubscriptionView},
                rate=CREATE,
                is_keyed=True,
            ),
            Endpoint(
                method="DELETE",
                path="/api/push/subscriptions/{id}",
                handler=self._unsubscribe,
                summary="Wake a device no more",
                tag="notifications",
                answers={204: None},
                problems=(404,),
            ),
        ]

    def _looks(self) -> list[Endpoint]:
        return [
            Endpoint(
                method="POST",
                path="/api/push/seen",
                handler=self._seen,
                summary="Somebody looks at this screen: nothing need wake a phone",
                tag="notifications",
                body=LookAsked,
                answers={204: None},
            ),
            Endpoint(
                method="POST",
                path="/api/push/test",
                handler=self._test,
                summary="Send a notification to all your devices, to see it come",
                tag="notifications",
                answers={200: TestView},
                rate=CREATE,
            ),
            Endpoint(
                method="GET",
                path="/api/push/log",
                handler=self._log,
                summary="What became of your notifications",
                tag="notifications",
                query=LogQuery,
                answers={200: LogView},
            ),
        ]

    @property
    def _sender(self) -> Sender:
        if self._maybe is None:
            raise Unavailable(_OFF)
        return self._maybe

    async def _key(self, request: web.Request) -> web.Response:
        person_of(request)
        return answer(PushKeyView(public_key=self._sender.key.public))

    async def _subscribe(self, request: web.Request) -> web.Response:
        signed, wanted = signed_of(request), await asked(request, SubscriptionAsked)
        sender = self._sender
        self._hosts.check(wanted.endpoint)
        check_keys(wanted.keys.p256dh, wanted.keys.auth)
        device = wanted.device or browser_name(request.headers.get("User-Agent", ""))
        where = {"endpoint": wanted.endpoint, "keys": told(wanted.keys)}
        one = Subscription(
            id=str(uuid.uuid4()),
            person_id=signed.person.id,
            session_id=signed.session_id,
            endpoint_hash=hashlib.sha256(wanted.endpoint.encode()).hexdigest(),
            sealed=sender.sealed(where, signed.person.id),
            device=device_name(device),
            key_print=sender.key.print,
            created_at=self._keeper.now(),
        )
        await self._pushes.subscribe(one, most=MOST_DEVICES)
        return answer(SubscriptionView(id=one.id), status=201)

    async def _unsubscribe(self, request: web.Request) -> web.Response:
        person, name = person_of(request), request.match_info["id"]
        if not await self._pushes.unsubscribe(name, person_id=person.id):
            raise NotFound("there is no such device")
        return web.Response(status=204)

    async def _seen(self, request: web.Request) -> web.Response:
        signed, look = signed_of(request), await asked(request, LookAsked)
        at = self._keeper.now() if look.visible and look.live else None
        await self._keeper.rows.looked(signed.session_id, look.agent_id or "", at)
        return web.Response(status=204)

    async def _test(self, request: web.Request) -> web.Response:
        person, sender = person_of(request), self._sender
        push_id = await self._pushes.claim(
            agent_id=None, seq=None, person_id=person.id, kind="test", at=self._keeper.now()
        )
        payload = Payload(
            title="Cadence", body="Notifications work.", tag="test", url="/app/", kind="test"
        )
        sent = await sender.send(person.id, payload, urgency="high")
        if push_id is not None:
            await self._pushes.conclude(push_id, sent.outcome, sent.detail)
        return answer(TestView(outcome=sent.outcome, detail=sent.detail))

    async def _log(self, request: web.Request) -> web.Response:
        query = queried(request, LogQuery)
        found = await self._pushes.log(person_of(request).id, query.limit)
        entries = [
            LogEntry(
                at=one.at,
                kind=one.kind,
                agent_id=one.agent_id,
                outcome=one.outcome,  # type: ignore[arg-type]  # pydantic checks it
                detail=one.detail,
            )
            for one in found
        ]
        return answer(LogView(items=entries))
