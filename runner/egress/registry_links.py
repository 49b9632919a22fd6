"""Rewrite a registry's links so that files come through the gateway, too; pure functions.

A link to a file is sealed: the gateway fetches what a registry named in this run and nothing else.
"""

import base64
import hashlib
import hmac
import html
import json
import re
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

_TAG_BYTES = 16
_HREF = re.compile(r"""(<a\b[^>]*?\bhref\s*=\s*)(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_TARBALL = re.compile(rb'("tarball"\s*:\s*")(https?:[^"\\]+|https?:[^"]+)(")')
_PLAIN_NAME = re.compile(r"[A-Za-z0-9._+!~%-]{1,255}\Z")


class Seal:
    """Turns an URL into a path segment and back, for whoever holds the key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def close(self, url: str) -> str:
        """Return *url* as one path segment."""
        data = url.encode()
        return base64.urlsafe_b64encode(self._tag(data) + data).rstrip(b"=").decode()

    def open(self, segment: str) -> str | None:
        """Return the URL in *segment*; None when it was not sealed with this key."""
        try:
            data = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
        except ValueError:
            return None
        tag, url = data[:_TAG_BYTES], data[_TAG_BYTES:]
        return url.decode() if hmac.compare_digest(tag, self._tag(url)) else None

    def _tag(self, data: bytes) -> bytes:
        return hmac.digest(self._key, data, hashlib.sha256)[:_TAG_BYTES]


def sealed_path(prefix: str, url: str, seal: Seal) -> str:
    """Return *url* as a path below *prefix* that still ends in the file's name and its fragment."""
    split = urlsplit(url)
    name = split.path.rpartition("/")[2]
    if split.scheme not in ("http", "https") or not _PLAIN_NAME.match(name):
        return "about:blank"
    bare = split._replace(fragment="").geturl()
    fragment = f"#{split.fragment}" if split.fragment else ""
    return f"{prefix}{seal.close(bare)}/{name}{fragment}"


def rewrite_html(page: str, url: str, convert: Callable[[str], str]) -> str:
    """Return the simple-index *page* at *url* with every link of an anchor converted."""

    def replace(match: re.Match[str]) -> str:
        link = html.unescape(match[2] if match[2] is not None else match[3])
        return f'{match[1]}"{html.escape(convert(urljoin(url, link)))}"'

    return _HREF.sub(replace, page)


def rewrite_json(page: str, url: str, convert: Callable[[str], str]) -> str:
    """Return the PEP 691 *page* at *url* with every file's link converted."""
    data = json.loads(page)
    for file in data.get("files", ()):
        file["url"] = convert(urljoin(url, file["url"]))
    return json.dumps(data)


def rewrite_tarballs(document: bytes, convert: Callable[[str], str]) -> bytes:
    """Return npm's *document* with every tarball's link converted; not parsed, it may be huge."""

    def replace(match: re.Match[bytes]) -> bytes:
        link = match[2].replace(b"\\/", b"/").decode("ascii", "replace")
        return match[1] + convert(link).encode() + match[3]

    return _TARBALL.sub(replace, document)
