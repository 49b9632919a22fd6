"""The read-only gateway, against a registry on loopback, and pip and npm themselves in a cage."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web

from runner.agent.sandbox import open_sandbox
from runner.egress.policy import EgressPolicy
from runner.egress.proxy import EgressProxy
from runner.egress.registry import open_registries
from runner.egress.registry_config import Upstream, npm_upstream, pypi_upstream, upstream

PASSWORD = "hun" + "ter2"


JSON_INDEX = "application/vnd.pypi.simple.v1+json"


def _moved(location: str) -> web.Response:
    return web.Response(status=302, headers={"Location": location})


@dataclass
class Registry:
    """A registry with one project, one package, and traps."""

    url: str = ""
    seen: list[tuple[str, str, str]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.seen.append((request.method, request.path, request.headers.get("Authorization", "")))
        if request.path.startswith("/files/"):
            body = f"wheel of {request.path}".encode()
            return web.Response(body=b"" if request.method == "HEAD" else body)
        make: Callable[[], web.Response] | None = {
            "/simple/six/": lambda: self._index(request),
            "/npm/is-odd": self._document,
            "/npm/@types/node": self._document,
            "/npm/is-odd/-/is-odd-1.0.0.tgz": lambda: web.Response(body=b"tarball"),
            "/simple/away/": lambda: _moved("http://127.0.0.2:9/simple/away/"),
            "/simple/round/": lambda: _moved("/simple/round/"),
            "/simple/moved/": lambda: _moved("/simple/six/"),
            "/simple/broken/": lambda: web.json_response({"files": 3}, content_type=JSON_INDEX),
        }.get(request.path)
        return make() if make else web.Response(status=404)

    def _index(self, request: web.Request) -> web.Response:
        links = {
            "six-1.whl": f"{self.url}/files/six-1.whl#sha256=abc",
            "six-2.whl": "../../files/six-2.whl",
            "six-3.whl": "http://127.0.0.2:9/files/six-3.whl",
            "odd": "javascript:alert(1)",
        }
        if "json" in request.headers.get("Accept", ""):
            files = [{"filename": name, "url": url} for name, url in links.items()]
            return web.json_response({"name": "six", "files": files}, content_type=JSON_INDEX)
        anchors = "".join(
            f'<a data-dist-info-metadata="true" href="{url}" data-x="&lt;">{name}</a>\n'
            for name, url in links.items()
        )
        return web.Response(text=f"<html><body>{anchors}</body></html>", content_type="text/html")

    def _document(self) -> web.Response:
        versions = {
            "1.0.0": {"dist": {"tarball": f"{self.url}/npm/is-odd/-/is-odd-1.0.0.tgz"}},
            "2.0.0": {"dist": {"tarball": f"{self.url}/download/x.tgz"}},
        }
        return web.json_response({"name": "is-odd", "versions": versions})


@asynccontextmanager
async def gateway(
    tmp_path: Path, *, with_registry: bool = True
) -> AsyncIterator[tuple[EgressProxy, Registry, Path]]:
    registry = Registry()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", registry.answer)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host = f"127.0.0.1:{runner.addresses[0][1]}"
    registry.url = f"http://{host}"

    async def pypi() -> Upstream | None:
        return upstream(f"http://ann:{PASSWORD}@{host}/simple") if with_registry else None

    async def npm() -> Upstream | None:
        return upstream(f"http://{host}/npm/") if with_registry else None

    path = tmp_path / "s"
    async with open_registries(pypi=pypi, npm=npm) as registries:
        proxy = EgressProxy(EgressPolicy(), registries=registries)
        async with proxy.on_socket(path):
            yield proxy, registry, path
    await runner.cleanup()


async def ask(path: Path, target: str, *headers: str, method: str = "GET") -> tuple[int, str]:
    reader, writer = await asyncio.open_unix_connection(path)
    lines = [f"{method} {target} HTTP/1.1", "Host: 127.0.0.1:3128", *headers]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
    answer = (await reader.read()).decode()
    writer.close()
    head, _, body = answer.partition("\r\n\r\n")
    return int(head.split()[1]), body


def links_of(page: str) -> list[str]:
    return [part.partition('"')[0] for part in page.split('href="')[1:]]


@pytest.mark.parametrize("accept", ["text/html", "application/vnd.pypi.simple.v1+json"])
async def test_index_leads_every_file_through_the_gateway(tmp_path: Path, accept: str) -> None:
    async with gateway(tmp_path) as (proxy, _, path):
        status, page = await ask(path, "/pypi/simple/six/", f"Accept: {accept}")
        is_json = "json" in accept
        links = [file["url"] for file in json.loads(page)["files"]] if is_json else links_of(page)
        files = [await ask(path, link.partition("#")[0]) for link in links[:2]]
        metadata = await ask(path, f"{links[1]}.metadata")

    assert status == 200
    assert links[0].startswith("/pypi/files/")
    assert links[0].endswith("/six-1.whl#sha256=abc")
    assert links[3] == "about:blank"
    assert [body for _, body in files] == ["wheel of /files/six-1.whl", "wheel of /files/six-2.whl"]
    assert metadata == (200, "wheel of /files/six-2.whl.metadata")
    assert proxy.journal.contacted == {"pypi registry": 4}


async def test_credentials_are_sent_outside_and_never_shown_inside(tmp_path: Path) -> None:
    async with gateway(tmp_path) as (_, registry, path):
        _, page = await ask(path, "/pypi/simple/six/")

    assert registry.seen == [("GET", "/simple/six/", upstream_header())]
    assert PASSWORD not in page
    assert PASSWORD not in repr(upstream(f"http://ann:{PASSWORD}@x.org/simple"))


def upstream_header() -> str:
    made = upstream(f"http://ann:{PASSWORD}@x.org/simple")
    assert made is not None
    return made.authorization


async def test_npm_keeps_its_links_and_others_are_led_through_the_gateway(tmp_path: Path) -> None:
    async with gateway(tmp_path) as (_, registry, path):
        _, for_npm = await ask(path, "/npm/is-odd", "User-Agent: npm/10.8.2 node/v20")
        _, for_pnpm = await ask(path, "/npm/@types%2fnode", "User-Agent: pnpm/9")
        tarballs = [
            version["dist"]["tarball"] for version in json.loads(for_pnpm)["versions"].values()
        ]
        plain = await ask(path, tarballs[0].removeprefix("http://127.0.0.1:3128"))
        by_npm = await ask(path, "/npm/is-odd/-/is-odd-1.0.0.tgz")

    assert f"{registry.url}/npm/is-odd/-/is-odd-1.0.0.tgz" in for_npm
    assert tarballs[0] == "http://127.0.0.1:3128/npm/is-odd/-/is-odd-1.0.0.tgz"
    assert tarballs[1].startswith("http://127.0.0.1:3128/npm/-/sealed/")
    assert plain == by_npm == (200, "tarball")


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("PUT", "/npm/is-odd"),
        ("POST", "/npm/-/npm/v1/security/audits"),
        ("DELETE", "/npm/is-odd/-rev/1"),
        ("GET", "/npm/-/whoami"),
        ("GET", "/npm/-/v1/search?text=x"),
        ("GET", "/npm/../simple/six/"),
        ("GET", "/npm/is-odd/-/../../../x.tgz"),
        ("GET", "/npm/is-odd?x=1"),
        ("GET", "/npm/http://evil.net/x"),
        ("GET", "/pypi/simple/"),
        ("GET", "/pypi/simple/../legacy/"),
        ("GET", "/pypi/simple/six/%2e%2e/"),
        ("GET", "/pypi/simple/six@evil.net/"),
        ("GET", "/pypi/files/AAAA/six.whl"),
        ("GET", "/pypi/files/aHR0cDovL2V2aWwubmV0L3g/x"),
        ("GET", "//evil.net/"),
        ("GET", "/"),
    ],
)
async def test_anything_that_no_installer_reads_is_refused_and_never_asked_for(
    tmp_path: Path, method: str, target: str
) -> None:
    async with gateway(tmp_path) as (_, registry, path):
        status, _ = await ask(path, target, method=method)

    assert status in (400, 403)
    assert registry.seen == []


async def test_head_has_no_body(tmp_path: Path) -> None:
    async with gateway(tmp_path) as (_, registry, path):
        assert await ask(path, "/npm/is-odd/-/is-odd-1.0.0.tgz", method="HEAD") == (200, "")

    assert registry.seen[0][0] == "HEAD"


@pytest.mark.parametrize(
    ("project", "status"), [("moved", 200), ("round", 502), ("away", 502), ("gone", 404)]
)
async def test_redirects_are_followed_to_the_registrys_own_hosts_only(
    tmp_path: Path, project: str, status: int
) -> None:
    async with gateway(tmp_path) as (proxy, _, path):
        assert (await ask(path, f"/pypi/simple/{project}/"))[0] == status

    assert ("127.0.0.2:9" in proxy.journal.blocked) == (project == "away")


async def test_page_that_makes_no_sense_is_refused(tmp_path: Path) -> None:
    async with gateway(tmp_path) as (_, _, path):
        assert (await ask(path, "/pypi/simple/broken/"))[0] == 502


async def test_machine_without_a_registry_says_so(tmp_path: Path) -> None:
    async with gateway(tmp_path, with_registry=False) as (_, _, path):
        status, said = await ask(path, "/pypi/simple/six/")

    assert (status, said) == (502, "cadence: no pypi registry is configured on this machine\n")


async def test_pips_own_configuration_names_the_index(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "pip.conf").write_text(
        "[global]\nindex-url = https://u:p%40@mirror.x.org/r/simple\n"
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    configured = await pypi_upstream()
    monkeypatch.setenv("PIP_INDEX_URL", "https://other.x.org/simple/")
    from_environment = await pypi_upstream()

    assert configured is not None
    assert configured.url == "https://mirror.x.org/r/simple/"
    assert configured.authorization == "Basic dTpwQA=="
    assert from_environment is not None
    assert from_environment.url == "https://other.x.org/simple/"


@pytest.mark.node
async def test_npms_own_configuration_names_the_registry_and_its_token(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = "registry=https://npm.x.org/r/\n//npm.x.org/r/:_authToken=${OUR_TOKEN}\n"
    (tmp_path / "npmrc").write_text(config)
    monkeypatch.setenv("npm_config_userconfig", str(tmp_path / "npmrc"))
    monkeypatch.setenv("OUR_TOKEN", "tok")
    found = await npm_upstream()

    assert found is not None
    assert (found.url, found.authorization) == ("https://npm.x.org/r/", "Bearer tok")


@pytest.mark.sandbox
@pytest.mark.slow
async def test_pip_installs_in_the_cage(tmp_path: Path) -> None:
    async with open_sandbox(
        workspace=tmp_path / "tree", root=tmp_path / "run", egress=EgressPolicy()
    ) as hands:
        use = "python -c 'import six; print(six.__name__)'"
        install = f"python3 -m venv ~/venv && pip install -q six && {use}"
        result = await hands.run(install, timeout_s=150)

        assert (result.exit_code, result.output.strip()) == (0, "six")
        assert hands.journal.contacted
        assert hands.journal.blocked == {}


@pytest.mark.sandbox
@pytest.mark.node
async def test_npm_installs_in_the_cage_and_locks_the_registrys_own_address(tmp_path: Path) -> None:
    async with open_sandbox(
        workspace=tmp_path / "tree", root=tmp_path / "run", egress=EgressPolicy()
    ) as hands:
        again = "rm -rf node_modules ~/.npm && npm ci"
        install = f"npm init -y > /dev/null && npm install is-number && {again}"
        result = await hands.run(install, timeout_s=150)

    assert result.exit_code == 0, result.output
    assert (tmp_path / "tree/node_modules/is-number/index.js").is_file()
    assert "127.0.0.1" not in (tmp_path / "tree/package-lock.json").read_text()
