"""A new phone joins: a code on a screen that is signed in, read by the camera, good once."""

import secrets
from datetime import timedelta
from urllib.parse import quote

import segno
from aiohttp import web

from bot.db.identities import Identities
from mobile_api.auth.api import tokens_answer
from mobile_api.auth.cookies import Cookies
from mobile_api.auth.people import Person
from mobile_api.auth.sessions import Keeper, signed_of
from mobile_api.auth.sign_in import browser_name
from mobile_api.auth.views import PairClaim, PairCode, Tokens
from mobile_api.endpoint import CLAIM, CREATE, Endpoint
from mobile_api.problems import Unauthenticated
from mobile_api.rates import Rate, SharedRates
from mobile_api.wire import answer, asked

LIFE = timedelta(minutes=2)
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # nothing that looks like something else
_SIZE = 8
_ALL = Rate("claims", 120)  # of all addresses together: 40 bits are not guessed in two minutes
_WRONG = "this code is not known: it works once, for two minutes"


class Pairing:
    """``/api/auth/pair`` and its other end."""

    def __init__(
        self,
        keeper: Keeper,
        identities: Identities,
        shelf: Cookies,
        rates: SharedRates,
        *,
        base_url: str,
    ) -> None:
        self._keeper = keeper
        self._identities = identities
        self._cookies = shelf
        self._rates = rates
        self._base_url = base_url

    def endpoints(self) -> list[Endpoint]:
        """Return the routes."""
        return [
            Endpoint(
                method="POST",
                path="/api/auth/pair",
                handler=self._begin,
                summary="A code with which another device joins, once, within two minutes",
                tag="sign-in",
                answers={201: PairCode},
                rate=CREATE,
            ),
            Endpoint(
                method="POST",
                path="/api/auth/pair/claim",
                handler=self._claim,
                summary="Join with a code",
                tag="sign-in",
                body=PairClaim,
                answers={200: Tokens, 204: None},
                problems=(401,),
                is_open=True,
                rate=CLAIM,
            ),
        ]

    async def _begin(self, request: web.Request) -> web.Response:
        signed = signed_of(request)
        code = "".join(secrets.choice(_LETTERS) for _ in range(_SIZE))
        until = self._keeper.now() + LIFE
        await self._keeper.rows.add_pairing(
            self._keeper.signer.hashed(code),
            person_id=signed.person.id,
            session_id=signed.session_id,
            until=until,
        )
        shown = f"{code[:4]}-{code[4:]}"
        url = f"{self._base_url}/app/#/pair/{quote(shown)}"
        picture = segno.make(url, error="m").svg_inline(scale=6, border=4, light="#fff")
        return answer(PairCode(code=shown, url=url, qr_svg=picture, expires_at=until), status=201)

    async def _claim(self, request: web.Request) -> web.Response:
        await self._rates.count(_ALL, "all")
        claim = await asked(request, PairClaim)
        code = "".join(c for c in claim.code.upper() if c.isalnum())
        now = self._keeper.now()
        person_id = await self._keeper.rows.take_pairing(self._keeper.signer.hashed(code), now=now)
        identity = None if person_id is None else await self._identities.get(person_id)
        if identity is None:
            raise Unauthenticated(_WRONG)
        person = Person(id=identity.id, login=identity.login)
        device = claim.device or browser_name(request.headers.get("User-Agent", ""))
        kind = "native" if claim.native else "web"
        issued = await self._keeper.begin(person, device=device, kind=kind)
        if claim.native:
            return tokens_answer(issued)
        response = web.Response(status=204)
        self._cookies.give(response, issued)
        return response
