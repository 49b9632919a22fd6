"""`cadence setup` from the start page to the written credentials, against the stand-in."""

import asyncio
import re
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import pytest

from bot import settings
from bot.errors import BadSettings, InvalidRequest
from bot.setup import App, Setup, run
from deploy.devkit.github import GitHubStandIn


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A set-up under way, and the browser in front of it."""

    github: GitHubStandIn
    page: str
    env: Path
    running: asyncio.Task[App]
    browser: aiohttp.ClientSession

    async def show(self, path: str = "") -> str:
        async with self.browser.get(f"{self.page}{path}") as answer:
            return await answer.text()

    async def press(self, html: str) -> str:
        """Press the page's button, confirm on GitHub; return the address that it sends us to."""
        action, manifest = _form(html)
        query = dict(parse_qsl(urlsplit(action).query))
        async with self.browser.post(action, data={"manifest": manifest}) as answer:
            assert answer.status == 200, await answer.text()
            assert query["state"] in await answer.text()
        create = action.partition("?")[0].removesuffix("new") + "manifest"
        sent = {"manifest": manifest, "state": query["state"]}
        async with self.browser.post(create, data=sent, allow_redirects=False) as answer:
            assert answer.status == 302, await answer.text()
            return answer.headers["Location"]


def _form(html: str) -> tuple[str, str]:
    found = re.search(r'method="post" action="([^"]+)".*?name="manifest" value="([^"]+)"', html)
    assert found, html
    return unescape(found[1]), unescape(found[2])


@asynccontextmanager
async def _desk(tmp_path: Path, **chosen: str) -> AsyncIterator[Desk]:
    async with (
        GitHubStandIn(root=tmp_path / "github") as github,
        aiohttp.ClientSession() as browser,
    ):
        opened: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        wanted = Setup(
            **{  # type: ignore[arg-type]  # the port is no text, and not chosen here
                "github_url": github.url,
                "api_url": github.api_url,
                "webhook_path": "/webhooks/github",
                "env_path": tmp_path / ".env",
                "public_url": "http://127.0.0.1:3000",
                **chosen,
            }
        )
        running = asyncio.create_task(run(wanted, announce=opened.set_result))
        page = await asyncio.wait_for(opened, 10)
        yield Desk(
            github=github, page=page, env=tmp_path / ".env", running=running, browser=browser
        )
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with _desk(tmp_path) as opened:
        yield opened


async def test_app_is_made_and_the_settings_read_its_credentials(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = await desk.press(await desk.show())
    async with desk.browser.get(back) as answer:
        page = await answer.text()
    made = await asyncio.wait_for(desk.running, 10)

    assert f"{desk.github.url}/apps/{made.slug}/installations/new" in unescape(page)
    assert stat.S_IMODE(desk.env.stat().st_mode) == 0o600
    for name in ("GITHUB_APP_ID", "GITHUB_PRIVATE_KEY", "GITHUB_WEBHOOK_SECRET"):
        monkeypatch.delenv(name, raising=False)
    read = settings.load(_env_file=desk.env)
    assert (read.app_id, read.app_slug) == (made.id, made.slug)
    assert read.private_key_pem == made.private_key
    assert read.webhook_secret.get_secret_value() == made.webhook_secret
    app = desk.github.world.app_named(made.slug)
    assert app.hook_url == "http://127.0.0.1:3000/webhooks/github"


async def test_secrets_are_neither_on_the_page_nor_in_the_representation(desk: Desk) -> None:
    back = await desk.press(await desk.show())
    async with desk.browser.get(back) as answer:
        page = await answer.text()
    made = await asyncio.wait_for(desk.running, 10)

    for secret in (made.private_key, made.client_secret, made.webhook_secret):
        assert secret not in page
        assert secret not in repr(made)


async def test_code_that_comes_with_a_wrong_state_is_not_used(desk: Desk) -> None:
    back = await desk.press(await desk.show())

    async with desk.browser.get(re.sub(r"state=[^&]+", "state=forged", back)) as answer:
        assert answer.status == 403
        assert "Begin again" in await answer.text()

    assert "GITHUB_APP_ID" not in desk.env.read_text()
    assert not [call for call in desk.github.requests if "conversions" in call.path]


async def test_used_code_is_explained_and_a_second_try_succeeds(desk: Desk) -> None:
    back = await desk.press(await desk.show())
    code = dict(parse_qsl(urlsplit(back).query))["code"]
    desk.github.site.manifests.pop(code)

    async with desk.browser.get(back) as answer:
        assert answer.status == 502
        assert "used already, or is older than an hour" in await answer.text()
    assert not desk.running.done()

    async with desk.browser.get(await desk.press(await desk.show())) as answer:
        assert answer.status == 200
    assert (await asyncio.wait_for(desk.running, 10)).slug


async def test_github_that_is_down_is_named(desk: Desk) -> None:
    desk.github.fault("/app-manifests/.*", status=503, times=5)

    async with desk.browser.get(await desk.press(await desk.show())) as answer:
        assert "GitHub is not well at the moment (HTTP 503)" in await answer.text()


async def test_organisation_can_own_the_app(desk: Desk) -> None:
    html = await desk.show("?address=https://cadence.example.com/&organisation=acme")
    async with desk.browser.get(await desk.press(html)) as answer:
        assert answer.status == 200
    made = await asyncio.wait_for(desk.running, 10)

    app = desk.github.world.app_named(made.slug)
    assert app.owner.login == "acme"
    assert app.hook_url == "https://cadence.example.com/webhooks/github"
    assert 'CADENCE_PUBLIC_URL="https://cadence.example.com"' in desk.env.read_text()


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        pytest.param("?address=nonsense", "must look like https://", id="address"),
        pytest.param("?address=javascript:alert(1)", "must look like https://", id="script"),
        pytest.param("?address=https://a.b&organisation=../x", "its name as in", id="owner"),
    ],
)
async def test_wrong_entry_is_explained_on_the_page(desk: Desk, query: str, sentence: str) -> None:
    assert sentence in unescape(await desk.show(query))


async def test_loopback_address_is_not_offered_to_a_github_elsewhere(tmp_path: Path) -> None:
    async with _desk(tmp_path, github_url="https://github.example.com") as desk:
        html = await desk.show()

        assert "Create the GitHub App" not in html
        assert "<details open>" in html


async def test_page_answers_only_under_the_name_of_this_machine(desk: Desk) -> None:
    async with desk.browser.get(desk.page, headers={"Host": "evil.example"}) as answer:
        assert answer.status == 403


async def test_page_loads_nothing_and_posts_to_github_only(desk: Desk) -> None:
    async with desk.browser.get(desk.page) as answer:
        policy = answer.headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert f"form-action 'self' {desk.github.url}" in policy


async def test_file_that_cannot_be_written_is_said_before_anything_begins(tmp_path: Path) -> None:
    seen: list[str] = []
    wanted = Setup(
        github_url="http://127.0.0.1:1",
        api_url="http://127.0.0.1:1",
        webhook_path="/w",
        env_path=tmp_path / "gone" / ".env",
    )

    with pytest.raises(BadSettings, match="cannot be written"):
        await run(wanted, announce=seen.append)

    assert not seen


async def test_taken_port_is_said(desk: Desk, tmp_path: Path) -> None:
    seen: list[str] = []
    taken = urlsplit(desk.page).port
    assert taken

    with pytest.raises(InvalidRequest, match=f"port {taken} is taken"):
        await run(
            Setup(
                github_url=desk.github.url,
                api_url=desk.github.api_url,
                webhook_path="/w",
                env_path=tmp_path / "other",
                port=taken,
            ),
            announce=seen.append,
        )
