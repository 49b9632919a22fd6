"""The stand-in in a process of its own, its pages, and the App made from a manifest."""

import asyncio
import html
import json
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from tests.contract.github_contract import RestContract
from tests.fakes.github import REPO, Town, town

ROOT = Path(__file__).parents[2]
MANIFEST = {
    "name": "My Cadence",
    "url": "https://cadence.example.com",
    "hook_attributes": {"url": "https://cadence.example.com/webhooks"},
    "redirect_url": "http://127.0.0.1:1/made",
    "default_permissions": {"issues": "write", "contents": "write"},
    "default_events": ["issues", "push"],
}


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path / "github") as made:
        yield made


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def page(browser: aiohttp.ClientSession, url: str) -> str:
    """Return the text of a page that must be there."""
    async with browser.get(url) as answer:
        assert answer.status == 200, url
        return await answer.text()


@asynccontextmanager
async def process(root: Path, *steps: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
    """Run the stand-in by its command line; yield what it says first."""
    seed = root / "seed.json"
    await asyncio.to_thread(seed.write_text, json.dumps(steps))
    args = ("-m", "deploy.devkit.github", "--root", str(root / "github"), "--seed", str(seed))
    running = await asyncio.create_subprocess_exec(
        sys.executable, *args, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert running.stdout is not None
    try:
        yield json.loads(await running.stdout.readline())
    finally:
        running.terminate()
        assert await running.wait() == 0


async def test_command_line_sets_the_scene_and_says_where(
    tmp_path: Path, browser: aiohttp.ClientSession
) -> None:
    steps = (
        {"app": {"slug": "cadence"}},
        {"repository": {"full_name": REPO, "files": {"a": "b"}}},
        {"grant": {"full_name": REPO, "login": "dana", "level": "write"}},
        {"install": {"account": "acme"}},
    )
    async with process(tmp_path, *steps) as said:
        assert said["apps"][0]["bot_login"] == "cadence[bot]"
        assert said["apps"][0]["private_key_pem"].startswith("-----BEGIN")
        assert list(said["installations"]) == ["acme"]

        control = f"{said['url']}/_devkit"
        words = {"full_name": REPO, "author": "dana", "title": "Bug"}
        async with browser.post(f"{control}/open_issue", json=words) as answer:
            assert (await answer.json())["result"]["number"] == 1
        labels = {"full_name": REPO, "number": 1, "author": "dana", "names": ["cadence"]}
        async with browser.post(f"{control}/label", json=labels) as answer:
            assert answer.status == 200
        async with browser.post(
            f"{control}/faults", json={"path": "/zen", "status": 503}
        ) as answer:
            assert (await answer.json())["result"] == {"times": 1, "hits": 0}
        async with browser.get(f"{said['api_url']}/zen") as answer:
            assert answer.status == 503
        async with browser.post(f"{control}/nonsense") as answer:
            assert answer.status == 404
        async with browser.post(f"{control}/open_issue", json={"full_name": "a/b"}) as answer:
            assert answer.status == 422
        async with browser.get(f"{control}/requests") as answer:
            assert [each["status"] for each in await answer.json()] == [503]


@pytest.mark.parametrize("owner", ["", "/organizations/acme"])
async def test_manifest_becomes_an_app_that_works(
    scene: Town, browser: aiohttp.ClientSession, owner: str
) -> None:
    sent = {"manifest": json.dumps(MANIFEST)}
    async with browser.post(
        f"{scene.github.url}{owner}/settings/apps/new?state=xyz", data=sent
    ) as answer:
        form = await answer.text()
    fields = {
        name: html.unescape(value)
        for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)
    }
    action = re.findall(r'action="([^"]+)"', form)[0]
    async with browser.post(
        f"{scene.github.url}{action}", data=fields, allow_redirects=False
    ) as answer:
        back = urlsplit(answer.headers["Location"])
    query = parse_qs(back.query)

    assert f"{back.scheme}://{back.netloc}{back.path}" == MANIFEST["redirect_url"]
    assert query["state"] == ["xyz"]
    path = f"/app-manifests/{query['code'][0]}/conversions"
    made = await scene.api.post(path)
    assert made.status == 201
    assert RestContract().response("POST", path, 201, made.body) == []
    assert made.body["slug"] == "my-cadence"
    assert made.body["permissions"]["contents"] == "write"
    assert made.body["owner"]["login"] == ("acme" if owner else "app-owner")
    assert (await scene.api.post(path)).status == 404


async def test_manifest_with_an_event_without_its_permission_is_refused(
    scene: Town, browser: aiohttp.ClientSession
) -> None:
    wrong = {**MANIFEST, "default_events": ["pull_request"]}

    async with browser.post(
        f"{scene.github.url}/settings/apps/new", data={"manifest": json.dumps(wrong)}
    ) as answer:
        assert answer.status == 422
        assert "Default events unsupported: pull_request" in await answer.text()


async def test_app_is_installed_by_a_click(scene: Town, browser: aiohttp.ClientSession) -> None:
    await scene.github.repository("globex/site", files={"a": "b"})
    url = f"{scene.github.url}/apps/cadence/installations/new"
    assert "globex" in await page(browser, url)

    async with browser.post(url, data={"account": "globex"}) as answer:
        assert answer.status == 200

    assert (await scene.as_app().get("/orgs/globex/installation")).status == 200


async def test_issue_page_shows_markdown_and_no_html(
    scene: Town, browser: aiohttp.ClientSession
) -> None:
    body = "<script>alert(1)</script> @dana\n\n- [x] done\n- [ ] `open`\n\n<!-- hidden -->"
    scene.github.open_issue(REPO, "dana", "Bug <b>", body, labels=["bug"])
    comment = scene.github.comment(REPO, 1, "cadence[bot]", "| a | b |\n| - | - |\n| 1 | 2 |")
    await scene.as_bot().post(
        f"/repos/{REPO}/issues/comments/{comment.id}/reactions", {"content": "eyes"}
    )

    text = await page(browser, f"{scene.github.url}/{REPO}/issues/1")

    assert "<script>alert" not in text
    assert "Bug &lt;b&gt;" in text
    assert text.count('type="checkbox"') == 2
    assert text.count(" checked>") == 1
    assert "hidden --" not in text
    assert "<td>2</td>" in text
    assert "👀 1" in text


async def test_pull_request_page_shows_the_diff(
    scene: Town, browser: aiohttp.ClientSession
) -> None:
    await scene.github.push(REPO, "feature", {"a.txt": "<b>\n"}, author="dana")
    await scene.github.open_pull(REPO, "dana", "Add a", head="feature", draft=True)

    text = await page(browser, f"{scene.github.url}/{REPO}/pull/1")

    assert '<tr class="plus">' in text
    assert "+&lt;b&gt;" in text
    assert ">Draft</span>" in text
    diff = await page(browser, f"{scene.github.url}/{REPO}/pull/1.diff")
    assert diff.startswith("diff --git")


async def test_every_other_page_opens(scene: Town, browser: aiohttp.ClientSession) -> None:
    sha = await scene.github.push(REPO, "topic/x", {"docs/a.md": "# A\n"}, author="dana")
    await scene.github.settled()
    delivery = scene.github.deliveries[-1].id

    for path in (
        "/",
        "/acme",
        f"/{REPO}",
        f"/{REPO}/commit/{sha}",
        f"/{REPO}/compare/main...topic/x",
        f"/{REPO}/blob/topic/x/docs/a.md",
        f"/{REPO}/tree/main",
        "/apps/cadence",
        f"/avatars/{scene.app.bot_user_id}",
        f"/_devkit/deliveries/{delivery}",
    ):
        assert await page(browser, scene.github.url + path), path


async def test_delivery_is_repeated_by_a_click(scene: Town, browser: aiohttp.ClientSession) -> None:
    await scene.github.settled()
    number = scene.github.deliveries[-1].id

    async with browser.post(f"{scene.github.url}/_devkit/deliveries/{number}/redeliver"):
        await scene.github.settled()

    guids = [headers["X-GitHub-Delivery"] for headers, _ in scene.hook.received]
    assert guids[-1] == guids[-2]
