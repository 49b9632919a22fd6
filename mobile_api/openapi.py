"""The OpenAPI 3.1 document of the API, made from its routes and models.

https://spec.openapis.org/oas/v3.1.0
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from mobile_api.endpoint import JSON, Endpoint

VERSION = "1.0.0"
_PROBLEM_TYPE = "application/problem+json"
_REF = "#/components/schemas/{model}"
_PARAMETER = re.compile(r"{(\w+)(?::[^}]*)?}")
_TAGS = {
    "sign-in": "Sessions: begun with GitHub, renewed, ended",
    "agents": "Agents: made, listed, watched, steered",
    "repositories": "Where you may have agents",
    "voice": "What is said into the phone",
    "codebase": "The index of a repository",
    "notifications": "What wakes a phone",
    "settings": "Choices and costs",
    "about": "This document",
}
_PROBLEM = {
    "type": "object",
    "description": "RFC 9457: `detail` is a sentence for people, `type` a name for programs.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
_IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same request with the same key is done once and answered alike for a day.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
}
_LAST_EVENT = {
    "name": "Last-Event-ID",
    "in": "header",
    "description": "Where the stream goes on; browsers send it by themselves.",
    "schema": {"type": "string", "maxLength": 8000, "pattern": "^[ -~]*$"},
}
_SECURITY: list[dict[str, list[str]]] = [{"bearer": []}, {"cookie": []}]


def document(endpoints: Sequence[Endpoint], *, url: str) -> dict[str, Any]:
    """Return the document for *endpoints* at *url*."""
    inputs, outputs = _models(endpoints)
    modes = [(one, "validation") for one in inputs] + [(one, "serialization") for one in outputs]
    names, schemas = models_json_schema(modes, by_alias=True, ref_template=_REF)  # type: ignore[arg-type]  # a list of literals
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        path = _PARAMETER.sub(r"{\1}", endpoint.path)
        paths.setdefault(path, {})[endpoint.method.lower()] = _operation(endpoint, names)
    used = {endpoint.tag for endpoint in endpoints}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Cadence",
            "version": VERSION,
            "summary": "Hand coding tasks to agents, watch them, steer them.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": url}],
        "tags": [{"name": n, "description": d} for n, d in _TAGS.items() if n in used],
        "paths": paths,
        "components": {
            "schemas": {**schemas.get("$defs", {}), "Problem": _PROBLEM},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "cadence_access"},
            },
        },
    }


def _models(endpoints: Iterable[Endpoint]) -> tuple[list[type[BaseModel]], list[type[BaseModel]]]:
    inputs: dict[type[BaseModel], None] = {}
    outputs: dict[type[BaseModel], None] = {}
    for endpoint in endpoints:
        if endpoint.body is not None:
            inputs[endpoint.body] = None
        for model in endpoint.answers.values():
            if model is not None:
                outputs[model] = None
    return list(inputs), list(outputs)


def _operation(endpoint: Endpoint, names: Mapping[Any, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _id(endpoint),
        "summary": endpoint.summary,
        "tags": [endpoint.tag],
        "parameters": _parameters(endpoint),
        "responses": _responses(endpoint, names),
        "security": [] if endpoint.is_open else _SECURITY,
    }
    body = _body(endpoint, names)
    if body is not None:
        operation["requestBody"] = body
    return operation


def _id(endpoint: Endpoint) -> str:
    words = re.findall(r"\w+", _PARAMETER.sub(r"by_\1", endpoint.path.removeprefix("/api/")))
    return "_".join([endpoint.method.lower(), *words])


def _parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "minLength": 1, "maxLength": 200},
        }
        for name in _PARAMETER.findall(endpoint.path)
    ]
    if endpoint.query is not None:
        schema = endpoint.query.model_json_schema(by_alias=True)
        needed = schema.get("required", ())
        for name, part in schema["properties"].items():
            found.append({"name": name, "in": "query", "required": name in needed, "schema": part})
    if endpoint.is_keyed:
        found.append(_IDEMPOTENCY)
    if endpoint.gives == "text/event-stream":
        found.append(_LAST_EVENT)
    return found


def _body(endpoint: Endpoint, names: Mapping[Any, Any]) -> dict[str, Any] | None:
    content: dict[str, Any] = {}
    if endpoint.body is not None:
        content[JSON] = {"schema": names[endpoint.body, "validation"]}
    for media in endpoint.media:
        if endpoint.shape is not None and media != JSON:
            content[media] = {"schema": dict(endpoint.shape)}
    if not content:
        return None
    shape = endpoint.body.model_json_schema() if endpoint.body else endpoint.shape or {}
    is_needed = bool(shape.get("required"))
    return {"required": is_needed, "content": content}


def _responses(endpoint: Endpoint, names: Mapping[Any, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status, model in endpoint.answers.items():
        told: dict[str, Any] = {"description": HTTPStatus(status).phrase}
        if model is not None:
            told["content"] = {endpoint.gives: {"schema": names[model, "serialization"]}}
        elif endpoint.gives != JSON:
            kind = "object" if endpoint.gives.endswith("json") else "string"
            told["content"] = {endpoint.gives: {"schema": {"type": kind}}}
        found[str(status)] = told
    for status in sorted(_refusals(endpoint)):
        media = "text/html" if endpoint.gives == "text/html" else _PROBLEM_TYPE
        schema = (
            {"type": "string"} if media == "text/html" else {"$ref": _REF.format(model="Problem")}
        )
        content = {media: {"schema": schema}}
        found.setdefault(
            str(status), {"description": HTTPStatus(status).phrase, "content": content}
        )
    return found


def _refusals(endpoint: Endpoint) -> set[int]:
    statuses = {400, 429, 500, 503, *endpoint.problems}
    if not endpoint.is_open:
        statuses |= {401, 403, 502}
    if endpoint.method != "GET":
        statuses |= {413, 415}
    if endpoint.is_keyed:
        statuses |= {409, 422}
    return statuses
