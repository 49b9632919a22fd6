"""The web app: its shell, its service worker and its files, held in memory and compressed.

There is no build step. Modules import each other by relative paths, so one prefix with a hash of
all files versions them all: a browser keeps those for good and asks anew only for the shell. The
shell preloads what `_FIRST` imports; what that imports only later, it fetches itself.
"""

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aiohttp import ETag, web

from mobile_api import web_scripts

_FOLDER = Path(__file__).parent / "web"
_FIRST = "app/main.js"
_KEPT = ("app.css", "app/*.js", "texts/*.js", "vendor/*.js", "icons/*.svg", "icons/*.png")
_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types cadence"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Vary": "Accept-Encoding",
}
_FOR_GOOD = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is sent."""

    body: bytes
    packed: bytes
    content_type: str
    tag: str
    caching: str


class WebApp:
    """The app under ``/app/``."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        found = {
            str(path.relative_to(folder)): path.read_bytes()
            for pattern in _KEPT
            for path in sorted(folder.glob(pattern))
        }
        scripts = {n: web_scripts.read(body) for n, body in found.items() if n.endswith(".js")}
        found |= {name: script.body for name, script in scripts.items()}
        shells = {name: (folder / name).read_text() for name in _SHELLS}
        shells["sw.js"] = web_scripts.read(shells["sw.js"].encode()).body.decode()
        first = web_scripts.needed(scripts, _FIRST)
        self.version = _version(found, shells)
        self._files = dict(_sent(found, shells, first, self.version))

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes to add to the application."""
        return [
            web.get("/", _to_the_app),
            web.get("/app", _to_the_app),
            *(web.get(path, partial(_serve, file)) for path, file in self._files.items()),
        ]


_SHELLS = ("index.html", "sw.js", "manifest.webmanifest")


def _version(found: dict[str, bytes], shells: dict[str, str]) -> str:
    """Return a name that changes whenever any file does."""
    sums = hashlib.sha256()
    for name, body in [*found.items(), *((name, text.encode()) for name, text in shells.items())]:
        sums.update(f"{name}\0{len(body)}\0".encode() + body)
    return sums.hexdigest()[:12]


def _sent(
    found: dict[str, bytes], shells: dict[str, str], first: list[str], version: str
) -> Iterator[tuple[str, File]]:
    base = f"/app/v/{version}"
    for name, body in found.items():
        yield f"{base}/{name}", _file(name, body, _FOR_GOOD)
    words = {
        "{{base}}": base,
        "{{version}}": version,
        '"{{files}}"': ", ".join(json.dumps(f"{base}/{name}") for name in found),
        "{{modules}}": "\n".join(
            f'<link rel="modulepreload" href="{base}/{name}">' for name in first
        ),
    }
    for name, text in shells.items():
        for mark, word in words.items():
            text = text.replace(mark, word)
        path = "/app/" if name == "index.html" else f"/app/{name}"
        yield path, _file(name, text.encode(), _ASK_AGAIN)


def _file(name: str, body: bytes, caching: str) -> File:
    suffix = Path(name).suffix
    packed = body if suffix == ".png" else gzip.compress(body, 9, mtime=0)
    tag = hashlib.sha256(body).hexdigest()[:20]
    return File(body, packed, _TYPES[suffix], tag, caching)


async def _serve(file: File, request: web.Request) -> web.Response:
    headers = _HEADERS | {"Cache-Control": file.caching}
    known = request.if_none_match or ()
    if any(each.value in (file.tag, "*") for each in known):
        answer = web.Response(status=304, headers=headers)
        answer.etag = ETag(file.tag, is_weak=True)
        return answer
    body = file.body
    if file.packed is not body and "gzip" in request.headers.get("Accept-Encoding", ""):
        body = file.packed
        headers |= {"Content-Encoding": "gzip"}
    charset = None if file.content_type.startswith("image/png") else "utf-8"
    answer = web.Response(
        body=body, headers=headers, content_type=file.content_type, charset=charset
    )
    answer.etag = ETag(file.tag, is_weak=True)
    return answer


async def _to_the_app(_request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/app/")
