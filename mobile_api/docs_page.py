"""``/api/openapi.json``, and a page that shows it: one file, nothing from elsewhere."""

import html
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aiohttp import web

from mobile_api.endpoint import Endpoint
from mobile_api.openapi import document

_STYLE = Path(__file__).parent / "web/docs.css"
_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"


class DocsPage:
    """The document and its page; `describe` says of what."""

    def __init__(self, *, url: str) -> None:
        self._url = url
        self._document: dict[str, Any] = {}
        self._page = ""

    def endpoints(self) -> list[Endpoint]:
        """Return the routes."""
        return [
            Endpoint(
                method="GET",
                path="/api/openapi.json",
                handler=self._json,
                summary="The OpenAPI 3.1 document",
                tag="about",
                answers={200: None},
                is_open=True,
                gives="application/openapi+json",
            ),
            Endpoint(
                method="GET",
                path="/api/docs",
                handler=self._html,
                summary="The same for people",
                tag="about",
                answers={200: None},
                is_open=True,
                gives="text/html",
            ),
            Endpoint(
                method="GET",
                path="/api/docs.css",
                handler=self._style,
                summary="How that page looks",
                tag="about",
                answers={200: None},
                is_open=True,
                gives="text/css",
            ),
        ]

    def describe(self, endpoints: Sequence[Endpoint]) -> None:
        """Describe *endpoints* from now on."""
        self._document = document(endpoints, url=self._url)
        self._page = page(self._document)

    async def _json(self, _request: web.Request) -> web.Response:
        text = json.dumps(self._document, ensure_ascii=False)
        return web.Response(text=text, content_type="application/openapi+json")

    async def _html(self, _request: web.Request) -> web.Response:
        headers = {"Content-Security-Policy": _POLICY}
        return web.Response(text=self._page, content_type="text/html", headers=headers)

    async def _style(self, _request: web.Request) -> web.Response:
        return web.Response(text=_STYLE.read_text(), content_type="text/css")


def page(told: dict[str, Any]) -> str:
    """Return the page of an OpenAPI document."""
    groups = "".join(_group(tag, told) for tag in told["tags"])
    menu = "".join(f'<a href="#{_text(t["name"])}">{_text(t["name"])}</a>' for t in told["tags"])
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Cadence API</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/api/docs.css"></head><body><main>'
        f"<h1>Cadence API</h1><p>{_text(told['info']['summary'])} "
        '<a href="/api/openapi.json">openapi.json</a></p>'
        f"<nav>{menu}</nav>{groups}{_schemas(told)}</main></body></html>"
    )


def _group(tag: dict[str, str], told: dict[str, Any]) -> str:
    rows = "".join(
        _operation(method, path, operation)
        for path, methods in told["paths"].items()
        for method, operation in methods.items()
        if tag["name"] in operation["tags"]
    )
    name = _text(tag["name"])
    return f'<h2 id="{name}">{name}</h2><p>{_text(tag["description"])}</p>{rows}'


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    parameters = "".join(
        f"<tr><td><code>{_text(one['name'])}</code><td>{_text(one['in'])}"
        f"<td>{_text(_kind(one['schema']))}</tr>"
        for one in operation["parameters"]
    )
    table = f"<table>{parameters}</table>" if parameters else ""
    body = operation.get("requestBody", {}).get("content", {})
    takes = "".join(
        f"<p>takes {_text(media)}: {_shape(part['schema'])}</p>" for media, part in body.items()
    )
    answers = "".join(
        f"<tr><td>{status}<td>{_text(one['description'])}<td>{_answer(one)}</tr>"
        for status, one in operation["responses"].items()
    )
    return (
        f"<details><summary><b class={method}>{method.upper()}</b> <code>{_text(path)}</code> "
        f"{_text(operation['summary'])}</summary>{table}{takes}"
        f"<table>{answers}</table></details>"
    )


def _answer(told: dict[str, Any]) -> str:
    parts = told.get("content", {}).items()
    return ", ".join(f"{_text(media)} {_shape(part['schema'])}" for media, part in parts)


def _shape(schema: dict[str, Any]) -> str:
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    return f'<a href="#schema-{_text(name)}">{_text(name)}</a>' if name else _text(_kind(schema))


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "anything")


def _schemas(told: dict[str, Any]) -> str:
    parts = []
    for name, schema in sorted(told["components"]["schemas"].items()):
        needed = schema.get("required", ())
        rows = "".join(
            f"<tr><td><code>{_text(key)}</code><td>{_text(_kind(part))}"
            f"<td>{'' if key in needed else 'optional'}</tr>"
            for key, part in schema.get("properties", {}).items()
        )
        words = _text(str(schema.get("description", "")))
        parts.append(
            f'<h3 id="schema-{_text(name)}">{_text(name)}</h3><p>{words}</p><table>{rows}</table>'
        )
    return f'<h2 id="schemas">schemas</h2>{"".join(parts)}'


def _text(words: str) -> str:
    return html.escape(words)
