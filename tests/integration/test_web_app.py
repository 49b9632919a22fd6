"""What the web app's files look like on the wire."""

import gzip
import posixpath
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from mobile_api.web_app import WebApp

Client = TestClient[Any, Any]
MakeClient = Callable[[web.Application], Awaitable[Client]]
FOLDER = Path(__file__).parents[2] / "mobile_api/web"
MOST_SCRIPT = 60_000


@pytest.fixture
async def client(aiohttp_client: MakeClient) -> Client:
    app = web.Application()
    app.add_routes(WebApp().routes())
    return await aiohttp_client(app)


async def addresses(client: Client) -> list[str]:
    """Return every script that the shell or the service worker names, and the worker itself."""
    worker = await (await client.get("/app/sw.js")).text()
    shell = await (await client.get("/app/")).text()
    named = re.findall(r'"(/app/[^"]+\.js)"', worker + shell)
    return sorted({*named, "/app/sw.js"})


@pytest.mark.parametrize("path", ["/app/", "/app/sw.js", "/app/manifest.webmanifest"])
async def test_page_cannot_be_framed_nor_run_anything_of_others(client: Client, path: str) -> None:
    answer = await client.get(path)

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "microphone=(self)" in answer.headers["Permissions-Policy"]
    assert "camera=()" in answer.headers["Permissions-Policy"]


async def test_shell_is_asked_for_again_and_hashed_files_never(client: Client) -> None:
    shell = await client.get("/app/")
    assert shell.headers["Cache-Control"] == "no-cache"
    for path in await addresses(client):
        answer = await client.get(path)
        kept = "no-cache" if path == "/app/sw.js" else "public, max-age=31536000, immutable"
        assert answer.status == 200, path
        assert answer.headers["Cache-Control"] == kept, path
        assert answer.headers["Content-Type"].startswith("text/javascript"), path


async def test_what_is_known_is_not_sent_again(client: Client) -> None:
    first = await client.get("/app/")
    again = await client.get("/app/", headers={"If-None-Match": first.headers["ETag"]})
    other = await client.get("/app/", headers={"If-None-Match": '"another"'})

    assert again.status == 304
    assert await again.read() == b""
    assert "frame-ancestors" in again.headers["Content-Security-Policy"]
    assert other.status == 200


async def test_files_are_compressed_for_those_who_understand(client: Client) -> None:
    plain = await client.get("/app/", headers={"Accept-Encoding": "identity"})
    packed = await client.get("/app/", headers={"Accept-Encoding": "gzip"}, auto_decompress=False)

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(await packed.read()) == await plain.read()
    assert packed.headers["Vary"] == "Accept-Encoding"


async def test_shell_holds_no_script_or_style_of_its_own(client: Client) -> None:
    shell = await (await client.get("/app/")).text()

    assert not re.search(r"<script(?![^>]*\ssrc=)", shell)
    assert not re.search(r"<style|\sstyle=|\son\w+=", shell)
    assert "{{" not in shell


async def test_all_scripts_together_stay_small_on_the_wire(client: Client) -> None:
    """As a phone pays for them: compressed, every module, the service worker and the texts."""
    paths = await addresses(client)
    sizes = {
        path: len(await (await client.get(path, auto_decompress=False)).read()) for path in paths
    }

    assert len(sizes) > 20
    assert sum(sizes.values()) <= MOST_SCRIPT, sizes


async def at_first(client: Client, *names: str) -> dict[str, int]:
    """Return the scripts that must be there before modules of the app run, with their sizes."""
    base = f"/app/v/{WebApp().version}/app"
    found: dict[str, int] = {}
    open_ = [f"{base}/{name}" for name in names]
    while open_:
        path = open_.pop()
        if path not in found:
            body = await (await client.get(path)).text()
            found[path] = len(body.encode())
            for other in re.findall(r'^(?:im|ex)port [^;]*?from "(.+?)"', body, re.MULTILINE):
                open_.append(posixpath.normpath(posixpath.join(posixpath.dirname(path), other)))
    return found


@pytest.mark.parametrize(
    "modules", [["main.js"], ["main.js", "signin.js"]], ids=["signed in", "sign in"]
)
async def test_first_screen_needs_little_script_even_unpacked(
    client: Client, modules: list[str]
) -> None:
    sizes = await at_first(client, *modules)

    assert len(sizes) > 10
    assert sum(sizes.values()) <= MOST_SCRIPT, sizes


async def test_shell_preloads_what_its_first_module_imports_and_nothing_else(
    client: Client,
) -> None:
    shell = await (await client.get("/app/")).text()

    named = re.findall(r'<link rel="modulepreload" href="(.+?)">', shell)
    assert sorted(named) == sorted(await at_first(client, "main.js"))


async def test_worker_keeps_every_script(client: Client) -> None:
    worker = await (await client.get("/app/sw.js")).text()

    folders = [FOLDER / name for name in ("app", "texts", "vendor")]
    for path in (path for folder in folders for path in folder.glob("*.js")):
        assert f'/{path.relative_to(FOLDER)}"' in worker


async def test_scripts_are_sent_without_what_only_people_read(client: Client) -> None:
    base = f"/app/v/{WebApp().version}"
    for path in ("/app/sw.js", f"{base}/app/main.js"):
        body = await (await client.get(path)).text()
        assert "/**" not in body
    assert (FOLDER / "vendor/preact.js").read_bytes() == await (
        await client.get(f"{base}/vendor/preact.js")
    ).read()


async def test_version_follows_from_the_files(tmp_path: Path) -> None:
    for path in FOLDER.rglob("*"):
        if path.is_file():
            copy = tmp_path / path.relative_to(FOLDER)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    before = WebApp(tmp_path).version
    (tmp_path / "app.css").write_text("body { color: red }")

    assert WebApp(FOLDER).version == before
    assert WebApp(tmp_path).version != before


async def test_nothing_outside_the_app_is_served(client: Client) -> None:
    version = WebApp().version
    for path in (
        f"/app/v/{version}/../../../web_app.py",
        f"/app/v/{version}/%2e%2e/%2e%2e/web_app.py",
        f"/app/v/{version}/log.html",
        "/app/v/000000000000/app.css",
        "/app/index.html",
    ):
        assert (await client.get(path)).status == 404, path


async def test_front_door_leads_to_the_app(client: Client) -> None:
    for path in ("/", "/app"):
        answer = await client.get(path, allow_redirects=False)
        assert answer.status == 302
        assert answer.headers["Location"] == "/app/"


def test_icons_are_as_large_as_the_manifest_says() -> None:
    for name, size in (("icon-192", 192), ("icon-512", 512), ("maskable-512", 512)):
        head = (FOLDER / f"icons/{name}.png").read_bytes()[:24]
        assert head.startswith(b"\x89PNG")
        assert int.from_bytes(head[16:20], "big") == int.from_bytes(head[20:24], "big") == size
