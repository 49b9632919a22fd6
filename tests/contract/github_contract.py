"""GitHub's own documents as judges: OpenAPI for REST exchanges, schemas for webhooks."""

import gzip
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator

_DATA = Path(__file__).parent / "data" / "github"
_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
# These parts of a path may hold slashes themselves.
_GREEDY = frozenset({"path", "ref", "basehead", "branch"})


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation of the OpenAPI document."""

    method: str
    path: str
    pattern: re.Pattern[str]
    spec: Mapping[str, Any]


class RestContract:
    """GitHub's OpenAPI document, asked about single exchanges."""

    def __init__(self) -> None:
        self._document = _load("rest.openapi.json.gz")
        _admit_null(self._document)
        self._operations = sorted(self._read(), key=_specific_first)
        self._validators: dict[tuple[str, ...], Any] = {}

    def operation(self, method: str, path: str) -> Operation | None:
        """Return the operation that answers *path*, None when the document has none."""
        for each in self._operations:
            if each.method == method and each.pattern.fullmatch(path):
                return each
        return None

    def request(self, method: str, path: str, body: Any) -> list[str]:
        """Return what is wrong with a request body."""
        found = self.operation(method, path)
        if found is None:
            return [f"there is no operation {method} {path}"]
        content = self._resolved(found.spec.get("requestBody") or {}).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        if schema is None:
            return [] if not body else ["the operation takes no body"]
        key = (method, found.path, "request")
        return self._wrong(key, OAS30WriteValidator, schema, {} if body is None else body)

    def response(self, method: str, path: str, status: int, body: Any) -> list[str]:
        """Return what is wrong with an answer: its status or its body."""
        found = self.operation(method, path)
        if found is None:
            return [f"there is no operation {method} {path}"]
        answers = found.spec["responses"]
        if str(status) not in answers:
            return [f"{status} is not documented ({', '.join(answers)})"]
        content = self._resolved(answers[str(status)]).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        if schema is None:
            return []
        key = (method, found.path, str(status))
        return self._wrong(key, OAS30ReadValidator, schema, body)

    def _read(self) -> Iterable[Operation]:
        for path, methods in self._document["paths"].items():
            for method, spec in methods.items():
                if method in _METHODS:
                    pattern = re.sub(r"\{(\w+)\}", _part, path)
                    yield Operation(
                        method=method.upper(), path=path, pattern=re.compile(pattern), spec=spec
                    )

    def _resolved(self, node: Any) -> Any:
        while "$ref" in node:
            place = self._document
            for step in node["$ref"].removeprefix("#/").split("/"):
                place = place[step]
            node = place
        return node

    def _wrong(self, key: tuple[str, ...], kind: Any, schema: Any, body: Any) -> list[str]:
        if key not in self._validators:
            components = self._document["components"]
            self._validators[key] = kind({**schema, "components": components})
        return _said(self._validators[key].iter_errors(body))


class WebhookContract:
    """The published webhook schemas, asked about single deliveries."""

    def __init__(self) -> None:
        self._definitions: Mapping[str, Any] = _load("webhooks.schema.json.gz")["definitions"]
        self._validators: dict[str, Draft7Validator] = {}

    def delivery(self, event: str, payload: Mapping[str, Any]) -> list[str]:
        """Return what is wrong with the payload of an *event*."""
        name = f"{event}${payload.get('action', 'event')}"
        if name not in self._definitions:
            return [f"there is no schema {name}"]
        if name not in self._validators:
            schema = {"$ref": f"#/definitions/{name}", "definitions": self._definitions}
            self._validators[name] = Draft7Validator(schema)
        return _said(self._validators[name].iter_errors(payload))


def _part(found: re.Match[str]) -> str:
    return "(.+)" if found[1] in _GREEDY else "([^/]+)"


def _specific_first(operation: Operation) -> tuple[int, int]:
    return operation.path.count("{"), -len(operation.path)


def _said(errors: Iterable[Any]) -> list[str]:
    return [
        f"{'/'.join(map(str, error.absolute_path)) or '.'}: {error.message[-200:]}"
        for error in errors
    ]


def _load(name: str) -> Any:
    return json.loads(gzip.decompress((_DATA / name).read_bytes()))


def _admit_null(node: Any) -> None:
    """Let ``nullable`` enums be null: the document forgets to list it, GitHub sends it."""
    if isinstance(node, dict):
        if node.get("nullable") and "enum" in node and None not in node["enum"]:
            node["enum"] = [*node["enum"], None]
        for each in node.values():
            _admit_null(each)
    elif isinstance(node, list):
        for each in node:
            _admit_null(each)
