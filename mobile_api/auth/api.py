"""Sessions over HTTP: refreshed, listed, ended; and who one is."""

from dataclasses import dataclass

from aiohttp import web

from bot.db.identities import Identities
from bot.errors import NotFound
from bot.keys.user_tokens import UserTokens
from mobile_api.auth import cookies
from mobile_api.auth.cookies import Cookies
from mobile_api.auth.sessions import Keeper, person_of, signed_of
from mobile_api.auth.sign_in import SignIn
from mobile_api.auth.tokens import ACCESS_LIFE, Issued, hash_of
from mobile_api.auth.views import (
    Features,
    Me,
    RefreshAsked,
    SessionList,
    SessionView,
    Tokens,
)
from mobile_api.endpoint import AUTH, Endpoint
from mobile_api.problems import Unauthenticated
from mobile_api.wire import answer, asked

_NO_CONTENT = {204: None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Able:
    """What this Cadence can do for the phone."""

    voice: bool = False
    push: bool = False
    stt_low_trust: bool = False


class AuthApi:
    """The routes under ``/api/auth``, and ``/api/me``."""

    def __init__(
        self,
        sign_in: SignIn,
        keeper: Keeper,
        identities: Identities,
        tokens: UserTokens,
        shelf: Cookies,
        *,
        able: Able,
    ) -> None:
        self._sign_in = sign_in
        self._keeper = keeper
        self._identities = identities
        self._tokens = tokens
        self._cookies = shelf
        self._able = able

    def endpoints(self) -> list[Endpoint]:
        """Return the routes."""
        return [*self._with_github(), *self._ways_in(), *self._ways_out()]

    def _with_github(self) -> list[Endpoint]:
        return [
            Endpoint(
                method="GET",
                path="/api/auth/github",
                handler=self._sign_in.begin,
                summary="Sign in with GitHub: sends the browser there",
                tag="sign-in",
                answers={302: None},
                is_open=True,
                rate=AUTH,
            ),
            Endpoint(
                method="GET",
                path="/api/auth/github/callback",
                handler=self._sign_in.finish,
                summary="Where GitHub sends the browser back to",
                tag="sign-in",
                answers={302: None},
                problems=(400,),
                is_open=True,
                rate=AUTH,
                gives="text/html",
            ),
        ]

    def _ways_in(self) -> list[Endpoint]:
        return [
            Endpoint(
                method="POST",
                path="/api/auth/refresh",
                handler=self._refresh,
                summary="Renew a session: cookies for a browser, tokens for a native app",
                tag="sign-in",
                body=RefreshAsked,
                answers={200: Tokens, 204: None},
                problems=(401, 403),
                is_open=True,
                rate=AUTH,
            ),
            Endpoint(
                method="GET",
                path="/api/me",
                handler=self._me,
                summary="Who is signed in",
                tag="sign-in",
                answers={200: Me},
            ),
        ]

    def _ways_out(self) -> list[Endpoint]:
        return [
            Endpoint(
                method="POST",
                path="/api/auth/logout",
                handler=self._logout,
                summary="Sign out on this device",
                tag="sign-in",
                answers=_NO_CONTENT,
            ),
            Endpoint(
                method="POST",
                path="/api/auth/logout-everywhere",
                handler=self._logout_everywhere,
                summary="Sign out on all devices, and take back what GitHub granted",
                tag="sign-in",
                answers=_NO_CONTENT,
            ),
            Endpoint(
                method="GET",
                path="/api/auth/sessions",
                handler=self._list,
                summary="The devices that are signed in",
                tag="sign-in",
                answers={200: SessionList},
            ),
            Endpoint(
                method="DELETE",
                path="/api/auth/sessions/{id}",
                handler=self._end,
                summary="Sign one device out",
                tag="sign-in",
                answers=_NO_CONTENT,
                problems=(404,),
            ),
        ]

    async def _refresh(self, request: web.Request) -> web.Response:
        given = (await asked(request, RefreshAsked)).refresh_token
        if given is not None:
            return tokens_answer(await self._keeper.renew(given))
        refresh = cookies.value(request.cookies, cookies.REFRESH)
        if not refresh:
            raise Unauthenticated("there is no session to refresh")
        session = await self._keeper.rows.session_of(hash_of(refresh))
        if session is None:
            raise Unauthenticated("this sign-in is over")
        self._keeper.check_page(request, session.id)
        response = web.Response(status=204)
        self._cookies.give(response, await self._keeper.renew(refresh))
        return response

    async def _me(self, request: web.Request) -> web.Response:
        signed = signed_of(request)
        identity = await self._identities.get(signed.person.id)
        if identity is None:
            raise Unauthenticated("this session is over")
        me = Me(
            id=identity.id,
            login=identity.login,
            name=identity.name,
            avatar_url=identity.avatar_url,
            csrf_token=self._keeper.signer.csrf(signed.session_id),
            language=str(identity.settings.get("language", "auto")),
            features=Features(voice=self._able.voice, push=self._able.push),
            stt_low_trust=self._able.stt_low_trust,
        )
        return answer(me)

    async def _logout(self, request: web.Request) -> web.Response:
        signed = signed_of(request)
        await self._keeper.end(signed.person, signed.session_id)
        return self._signed_out()

    async def _logout_everywhere(self, request: web.Request) -> web.Response:
        person = person_of(request)
        await self._keeper.end_all(person.id)
        await self._tokens.end(person.id, at_github=True)
        return self._signed_out()

    async def _list(self, request: web.Request) -> web.Response:
        signed = signed_of(request)
        found = await self._keeper.rows.of(signed.person.id)
        items = [
            SessionView(
                id=one.id,
                device=one.device,
                created_at=one.created_at,
                last_seen_at=one.last_seen_at,
                current=one.id == signed.session_id,
            )
            for one in found
        ]
        return answer(SessionList(items=items))

    async def _end(self, request: web.Request) -> web.Response:
        signed, session_id = signed_of(request), request.match_info["id"]
        if not await self._keeper.end(signed.person, session_id):
            raise NotFound("there is no such session")
        if session_id == signed.session_id:
            return self._signed_out()
        return web.Response(status=204)

    def _signed_out(self) -> web.Response:
        response = web.Response(status=204)
        self._cookies.take(response)
        return response


def tokens_answer(issued: Issued) -> web.Response:
    """Return what a native app keeps."""
    body = Tokens(
        access_token=issued.access,
        refresh_token=issued.refresh,
        expires_in=int(ACCESS_LIFE.total_seconds()),
    )
    return answer(body)
