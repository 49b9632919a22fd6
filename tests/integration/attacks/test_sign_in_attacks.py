"""What strangers try against sign-ins and sessions: expired, stolen, replayed, forged, framed."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

import jwt
import pytest

from bot.bus import Bus
from bot.db.engine import Database
from bot.errors import Unavailable
from bot.github.oauth import UserToken
from bot.keys.user_tokens import SignInOver, UserTokens
from bot.keys.vault import Unreadable, Vault
from mobile_api.auth.sign_in import safe_path
from mobile_api.auth.tokens import Claims
from tests.fakes.github import REPO
from tests.fakes.phone import Answer, Home, home

# What hangs on transactions and on what a store takes for text is tried on both.
on_both = pytest.mark.parametrize(
    "store_url", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)


@pytest.fixture
async def here(tmp_path: Path, store: Database) -> AsyncIterator[Home]:
    async with home(tmp_path, store, Bus()) as made:
        yield made


def is_refused(answer: Answer) -> bool:
    """Whether a sign-in came to nothing: a readable page, and no session."""
    cookies = answer.headers.getall("Set-Cookie", [])  # type: ignore[attr-defined]
    has_session = any(one.startswith("cadence_access=ey") for one in cookies)
    return answer.status == 400 and "Not signed in" in answer.text and not has_session


async def test_cookies_have_the_right_flags(here: Home) -> None:
    answer = await here.browser().sign_in(return_to="/app/")

    found = {}
    for line in answer.headers.getall("Set-Cookie"):  # type: ignore[attr-defined]
        name, _, rest = line.partition("=")
        found[name] = {part.strip() for part in rest.split(";")[1:]}
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= found["cadence_access"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/api/auth"} <= found["cadence_refresh"]
    assert "HttpOnly" not in found["cadence_csrf"]
    assert "Max-Age=0" in found["cadence_signin"]
    assert not any("Secure" in flags for flags in found.values())  # this one is plain HTTP


async def test_cookies_are_secure_behind_https(tmp_path: Path, database: Database) -> None:
    async with home(tmp_path, database, Bus(), public_url="https://cadence.example") as made:
        begun = await made.browser().get("/api/auth/github")

    assert "Secure" in begun.headers["Set-Cookie"]
    asked = dict(parse_qsl(urlsplit(begun.headers["Location"]).query))
    assert asked["redirect_uri"] == "https://cadence.example/api/auth/github/callback"


async def test_a_state_from_another_browser_is_refused(here: Home) -> None:
    """Login CSRF: the victim's browser is sent back with the attacker's code."""
    attacker, victim = here.browser(), here.browser()
    back = await attacker.agree(await attacker.to_github(), "erin")

    assert is_refused(await victim.get(back))
    await victim.to_github()
    assert is_refused(await victim.get(back))
    assert (await victim.get("/api/me")).status == 401


@on_both
async def test_a_state_works_once_and_so_does_a_code(here: Home) -> None:
    dana = here.browser()
    back = await dana.agree(await dana.to_github(), "dana")
    kept = dana.cookie("cadence_signin")
    assert (await dana.get(back)).status == 302

    thief = here.browser()
    thief.plant("cadence_signin", kept, path="/api/auth/x")
    assert is_refused(await thief.get(back))
    # The code alone, with a sign-in of the thief's own: bound to another challenge, and used.
    own = await thief.to_github()
    code = dict(parse_qsl(urlsplit(back).query))["code"]
    forged = f"{here.url}/api/auth/github/callback?code={code}&state={own['state']}"
    assert is_refused(await thief.get(forged))


async def test_a_stolen_code_is_worth_nothing_without_its_verifier(here: Home) -> None:
    dana, thief = here.browser(), here.browser()
    back = await dana.agree(await dana.to_github(), "dana")
    code = dict(parse_qsl(urlsplit(back).query))["code"]
    own = await thief.to_github()

    forged = f"{here.url}/api/auth/github/callback?code={code}&state={own['state']}"
    assert is_refused(await thief.get(forged))


async def test_saying_no_at_github_is_told(here: Home) -> None:
    dana = here.browser()
    state = (await dana.to_github())["state"]

    answer = await dana.get(f"/api/auth/github/callback?error=access_denied&state={state}")
    assert is_refused(answer)
    assert "You said no" in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/app//evil.example/..",
        "/app/%2f%2fevil.example",
        "/app/%5cevil.example",
        "/app/%255cevil.example",
        "/app/../api/agents",
        "/app/%2e%2e/x",
        "/application",
        "/app\r\nSet-Cookie: a=b",
        "/app/%0d%0aSet-Cookie:a=b",
        "javascript:alert(1)",
        "/app@evil.example",
        "",
    ],
)
async def test_returning_leads_nowhere_else(path: str) -> None:
    assert safe_path(path) == "/app/"


async def test_returning_leads_into_the_app(here: Home) -> None:
    answer = await here.browser().sign_in(return_to=quote("/app/?x=1", safe=""))

    assert answer.headers["Location"] == "/app/?x=1"
    assert safe_path("/app") == "/app"
    assert safe_path("/app/agents/3?tab=log") == "/app/agents/3?tab=log"
    evil = await here.browser().sign_in(return_to=quote("//evil.example", safe=""))
    assert evil.headers["Location"] == "/app/"


@on_both
async def test_a_session_cannot_be_fixed_beforehand(here: Home) -> None:
    attacker, victim = await here.signed_in("erin"), here.browser()
    planted = attacker.cookie("cadence_access")
    victim.plant("cadence_access", planted)

    await victim.sign_in("dana")

    assert victim.cookie("cadence_access") != planted
    assert (await victim.get("/api/me")).body["login"] == "dana"
    assert (await attacker.get("/api/me")).body["login"] == "erin"


async def test_a_change_needs_the_header_of_our_pages(here: Home) -> None:
    dana, erin = await here.signed_in(), await here.signed_in("erin")
    wanted = {"repo": REPO, "task": "Fix the sum"}

    bare = await dana.post("/api/agents", wanted, plain=True)
    foreign = await dana.post("/api/agents", wanted, X_CSRF_Token=erin.cookie("cadence_csrf"))
    elsewhere = await dana.post("/api/agents", wanted, Sec_Fetch_Site="cross-site")
    assert [one.status for one in (bare, foreign, elsewhere)] == [403, 403, 403]
    # Planting a cookie of one's own beside the header does not help either.
    dana.plant("cadence_csrf", erin.cookie("cadence_csrf"))
    assert (await dana.post("/api/agents", wanted)).status == 403
    assert (await dana.post("/api/auth/refresh")).status == 403
    assert here.started == []


async def test_a_form_of_another_site_is_not_read(here: Home) -> None:
    dana = await here.signed_in()
    headers = {"X-CSRF-Token": dana.cookie("cadence_csrf")}
    form = {"repo": REPO, "task": "x"}

    async with dana.session.post(f"{here.url}/api/agents", data=form, headers=headers) as answer:
        assert answer.status == 415
        assert answer.content_type == "application/problem+json"


async def test_forged_and_old_tokens_are_refused(here: Home) -> None:
    dana = await here.signed_in()
    good = dana.cookie("cadence_access")
    claims = jwt.decode(good, options={"verify_signature": False})
    signer = here.side.keeper.signer
    past = datetime.now(UTC) - timedelta(minutes=16)
    known = Claims(person_id=int(claims["sub"]), login="dana", session_id=str(claims["sid"]))
    head, body, signature = good.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    changed = (
        base64.urlsafe_b64encode(json.dumps(claims | {"sub": "1"}).encode()).decode().rstrip("=")
    )
    attempts = {
        "none": f"{none}.{body}.",
        "none, signed": f"{none}.{body}.{signature}",
        "other key": jwt.encode(claims, b"k" * 32, algorithm="HS256"),
        "changed": f"{head}.{changed}.{signature}",
        "old": signer.access(known, now=past),
        "no audience": jwt.encode(
            {k: v for k, v in claims.items() if k != "aud"}, signer._key, algorithm="HS256"
        ),
        "other session": signer.access(
            Claims(person_id=known.person_id, login="dana", session_id="x"), now=datetime.now(UTC)
        ),
        "other person": signer.access(
            Claims(person_id=1, login="dana", session_id=known.session_id), now=datetime.now(UTC)
        ),
        "csrf token": dana.cookie("cadence_csrf"),
        "github token": here.github.user_token("dana"),
    }
    stranger = here.browser()

    for name, token in attempts.items():
        answer = await stranger.get("/api/me", Authorization=f"Bearer {token}")
        assert (answer.status, answer.kind) == (401, "unauthenticated"), name
    assert (await stranger.get("/api/me", Authorization=f"Bearer {good}")).status == 200


@on_both
async def test_a_token_of_a_session_that_ended_is_worth_nothing(here: Home) -> None:
    dana, thief = await here.signed_in(), here.browser()
    stolen = {"Authorization": f"Bearer {dana.cookie('cadence_access')}"}
    assert (await thief.get("/api/me", **stolen)).status == 200

    assert (await dana.post("/api/auth/logout")).status == 204

    assert (await thief.get("/api/me", **stolen)).status == 401


@on_both
async def test_a_refresh_token_that_comes_twice_ends_its_family(here: Home) -> None:
    dana, other = await here.signed_in(), await here.signed_in()
    stolen = dana.cookie("cadence_refresh")
    assert (await dana.post("/api/auth/refresh")).status == 204
    newer = dana.cookie("cadence_refresh")
    assert newer != stolen
    thief = here.browser()

    assert (await thief.post("/api/auth/refresh", {"refreshToken": stolen})).status == 401
    assert (await thief.post("/api/auth/refresh", {"refreshToken": newer})).status == 401
    assert (await dana.get("/api/me")).status == 401
    assert (await other.get("/api/me")).status == 200  # another family


@on_both
async def test_one_refresh_token_at_once_from_two_sides_is_used_once(here: Home) -> None:
    dana, one, two = await here.signed_in(), here.browser(), here.browser()
    token = {"refreshToken": dana.cookie("cadence_refresh")}

    answers = await asyncio.gather(
        one.post("/api/auth/refresh", token), two.post("/api/auth/refresh", token)
    )

    assert sorted(answer.status for answer in answers) == [200, 401]


async def test_nothing_of_a_session_can_be_read_from_the_database(here: Home) -> None:
    dana = await here.signed_in()
    path = Path(here.database.url.database or "")
    raw = b"".join(p.read_bytes() for p in path.parent.glob("cadence.sqlite3*"))

    assert b"ghu_" not in raw
    assert b"ghr_" not in raw
    for name in ("cadence_refresh", "cadence_access", "cadence_csrf"):
        assert dana.cookie(name).encode() not in raw


@on_both
async def test_revoking_at_github_ends_everything(here: Home) -> None:
    dana, other = await here.signed_in(), await here.signed_in()
    erin = await here.signed_in("erin")
    person_id = here.github.user("dana").id
    here.github.revoke_authorization("dana")

    await here.side.sign_out(person_id)

    assert (await dana.get("/api/me")).status == 401
    assert (await other.get("/api/me")).status == 401
    assert (await erin.get("/api/me")).status == 200
    identity = await here.side.identities.get(person_id)
    assert identity is not None
    assert identity.grant is None


@on_both
async def test_sign_out_everywhere_takes_back_the_token_at_github(here: Home) -> None:
    dana = await here.signed_in()
    token = await here.side.tokens.token(here.github.user("dana").id)

    assert (await dana.post("/api/auth/logout-everywhere")).status == 204

    assert here.github.world.tokens[token].is_revoked
    assert (await dana.get("/api/me")).status == 401


async def test_every_answer_forbids_framing_and_sniffing(here: Home) -> None:
    dana = await here.signed_in()
    for path in ("/api/me", "/api/nothing", "/api/docs", "/api/auth/github/callback"):
        headers = (await dana.get(path)).headers
        assert headers["X-Frame-Options"] == "DENY", path
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Cache-Control"] == "no-store", path
        assert "Access-Control-Allow-Origin" not in headers, path
    preflight = await dana.call("OPTIONS", "/api/agents", Origin="https://evil.example")
    assert preflight.status == 405
    assert not any(name.startswith("Access-Control") for name in preflight.headers)


@on_both
async def test_pairing_works_once_and_is_not_guessed(here: Home) -> None:
    dana, phone, late = await here.signed_in(), here.browser(), here.browser()
    paired = (await dana.post("/api/auth/pair")).body
    claim = {"code": paired["code"].lower().replace("-", " "), "device": "Pixel\n\x1b[31m"}

    assert paired["url"] == f"{here.url}/app/#/pair/{paired['code']}"
    assert paired["qrSvg"].startswith("<svg")
    assert (await phone.post("/api/auth/pair/claim", claim)).status == 204
    assert (await phone.get("/api/me")).body["login"] == "dana"
    devices = (await dana.get("/api/auth/sessions")).body["items"]
    assert "Pixel [31m" in {one["device"] for one in devices}
    assert (await late.post("/api/auth/pair/claim", claim)).status == 401

    statuses = [
        (await late.post("/api/auth/pair/claim", {"code": f"AAAA-AA{n:02}"})).status
        for n in range(12)
    ]
    assert set(statuses[:8]) == {401}
    assert statuses[-1] == 429


@on_both
async def test_a_native_app_gets_tokens_and_renews_them(here: Home) -> None:
    dana, app = await here.signed_in(), here.browser()
    code = (await dana.post("/api/auth/pair")).body["code"]

    got = (await app.post("/api/auth/pair/claim", {"code": code, "native": True})).body
    assert (got["tokenType"], got["expiresIn"]) == ("Bearer", 900)
    bearer = {"Authorization": f"Bearer {got['accessToken']}"}
    made = await app.post("/api/agents", {"repo": REPO, "task": "x"}, plain=True, **bearer)
    assert made.status == 201
    fresh = await app.post("/api/auth/refresh", {"refreshToken": got["refreshToken"]})
    assert fresh.status == 200
    assert fresh.body["refreshToken"] != got["refreshToken"]


@on_both
async def test_an_old_pairing_code_is_refused(here: Home) -> None:
    dana, phone = await here.signed_in(), here.browser()
    code = (await dana.post("/api/auth/pair")).body["code"]
    real = here.side.keeper.now
    here.side.keeper.now = lambda: real() + timedelta(seconds=121)

    assert (await phone.post("/api/auth/pair/claim", {"code": code})).status == 401


@on_both
async def test_a_token_is_renewed_once_however_many_need_it(here: Home) -> None:
    dana = await here.signed_in()
    person_id = here.github.user("dana").id
    later = datetime.now(UTC) + timedelta(hours=7, minutes=58)
    here.github.site.grants.token_life = timedelta(days=1)  # or the new one is too old as well
    keepers = [_tokens(here, later) for _ in range(3)]  # as many coordinators

    got = await asyncio.gather(*(keeper.token(person_id) for keeper in keepers * 3))

    assert len(set(got)) == 1
    renewals = [one for one in here.github.site.sign_ins if "refresh_token" in one]
    assert len(renewals) == 1
    assert (await dana.get("/api/repos")).status == 200


@on_both
async def test_a_renewal_that_github_refuses_ends_the_sign_in(here: Home) -> None:
    await here.signed_in()
    person_id = here.github.user("dana").id
    here.github.revoke_authorization("dana")
    keeper = _tokens(here, datetime.now(UTC) + timedelta(hours=8))

    with pytest.raises(SignInOver):
        await keeper.token(person_id)
    with pytest.raises(SignInOver):
        await here.side.tokens.token(person_id)


@on_both
async def test_a_renewal_during_an_outage_can_be_tried_again(here: Home) -> None:
    await here.signed_in()
    person_id = here.github.user("dana").id
    keeper = _tokens(here, datetime.now(UTC) + timedelta(hours=8))
    here.github.fault("/login/oauth/access_token", method="POST", status=502)

    with pytest.raises(Unavailable):
        await keeper.token(person_id)
    assert (await keeper.token(person_id)).startswith("ghu_")


def _tokens(here: Home, now: datetime) -> UserTokens:
    return UserTokens(here.side.identities, here.side.vault, here.side.oauth, now=lambda: now)


def test_a_sealed_credential_opens_only_for_its_person_and_key() -> None:
    old, new = {"a": b"a" * 32}, {"b": b"b" * 32, "a": b"a" * 32}
    sealed = Vault(old).seal(b"secret", context="person:1")

    assert Vault(new).open(sealed, context="person:1") == b"secret"
    assert Vault(new).is_old(sealed)
    with pytest.raises(Unreadable):
        Vault(new).open(sealed, context="person:2")
    with pytest.raises(Unreadable):
        Vault({"b": b"b" * 32}).open(sealed, context="person:1")
    with pytest.raises(Unreadable):
        Vault(old).open(sealed[:-1] + bytes([sealed[-1] ^ 1]), context="person:1")


def test_tokens_never_print_themselves() -> None:
    token = UserToken(
        access="ghu" + "_x", refresh="ghr" + "_x", access_until=None, refresh_until=None
    )

    assert "_x" not in repr(token)


@on_both
async def test_texts_of_strangers_are_data(here: Home) -> None:
    dana = await here.signed_in()
    evil = "<img src=x onerror=alert(1)>\r\nX-Evil: 1"

    made = await dana.post("/api/agents", {"repo": REPO, "task": evil})

    assert made.headers["Content-Type"].startswith("application/json")
    assert "X-Evil" not in made.headers
    assert made.body["title"] == "<img src=x onerror=alert(1)>"
    assert made.body["branch"].startswith("cadence/img-src-x-onerror-alert-1")


@on_both
async def test_large_broken_and_odd_requests_are_told_as_problems(here: Home) -> None:
    dana = await here.signed_in()
    header = {"X-CSRF-Token": dana.cookie("cadence_csrf")}

    async def sent(**what: object) -> tuple[int, str]:
        kind = {"Content-Type": "application/json"} | header
        async with dana.session.post(f"{here.url}/api/agents", headers=kind, **what) as answer:  # type: ignore[arg-type]
            return answer.status, answer.content_type

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(300):
            yield b" " * 1024

    problem = "application/problem+json"
    assert await sent(data=b"{") == (400, problem)
    assert await sent(data=b"[" * 100_000) == (400, problem)
    assert await sent(data=b"\xff\xfe") == (400, problem)
    assert await sent(data=b" " * 200_000) == (413, problem)
    assert await sent(data=endless()) == (413, problem)
    for path, status in (("/api/nope", 404), ("/api/agents/x/y/z", 404)):
        assert (await dana.get(path)).kind == "about:blank", (path, status)
    wrong = await dana.call("PATCH", "/api/agents")
    assert (wrong.status, wrong.headers["Allow"]) == (405, "GET,POST")
    assert (await dana.post("/api/agents", {}, Idempotency_Key="x" * 256)).status == 400


ODD = [
    "\x00",
    "a\x00b",
    "\ufffe",
    "\U0001f469\u200d\U0001f4bb",
    "\u202etxt.exe",
    "'; DROP TABLE agents; --",
]


@on_both
async def test_odd_characters_break_no_store(here: Home) -> None:
    """Postgres takes no NUL in a text, SQLite takes any; neither is ever answered with a fault."""
    dana = await here.signed_in()
    made = (await dana.post("/api/agents", {"repo": REPO, "task": "Fix it"})).body["id"]
    answers = []
    for odd in ODD:
        quoted = quote(odd)
        answers += [
            await dana.post("/api/agents", {"repo": REPO, "task": odd}),
            await dana.post("/api/agents", {"repo": odd + "/" + odd, "task": "x"}),
            await dana.post("/api/agents", {"repo": REPO, "task": "x", "branch": odd}),
            await dana.post(f"/api/agents/{made}/messages", {"text": odd}),
            await dana.post(f"/api/agents/{made}/answer", {"questionId": odd, "text": odd}),
            await dana.post("/api/voice/commands", {"transcript": f"pause {odd}"}),
            await dana.post(
                "/api/voice/commands",
                {"transcript": "status", "clientContext": {"focus": odd, "language": odd}},
            ),
            await dana.post(f"/api/voice/commands/{quoted}/confirm", {"answer": "yes"}),
            await dana.post(f"/api/voice/commands/{quoted}/confirm", {"transcript": odd}),
            await dana.post("/api/push/seen", {"agentId": odd, "visible": True, "live": True}),
            await dana.post("/api/auth/pair/claim", {"code": odd * 4, "device": odd}),
            await dana.post("/api/auth/refresh", {"refreshToken": odd}),
            await dana.call("PUT", "/api/settings", {"defaultRepo": odd, "language": odd}),
            await dana.call("DELETE", f"/api/push/subscriptions/{quoted}"),
            await dana.call("DELETE", f"/api/auth/sessions/{quoted}"),
            await dana.get(f"/api/agents?q={quoted}&repo={quoted}"),
            await dana.get(f"/api/agents/{quoted}"),
            await dana.get(f"/api/agents/{quoted}/logs"),
        ]
    for answer in answers:
        assert answer.status < 500, answer
    assert (await dana.get("/api/agents")).status == 200


async def test_browser_without_a_session_gets_401(here: Home) -> None:
    stranger = here.browser()

    for path in ("/api/me", "/api/agents", "/api/events", "/api/repos", "/api/push/log"):
        answer = await stranger.get(path)
        assert (answer.status, answer.kind) == (401, "unauthenticated"), path
        assert answer.headers["WWW-Authenticate"] == "Bearer"
