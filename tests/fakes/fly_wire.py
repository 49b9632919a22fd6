"""Calls to Fly's API, each answer of which is held against the published document."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import aiohttp
from jsonschema import Draft202012Validator

from deploy.devkit.fly import FlyStandIn

Json = dict[str, Any]

_DATA = Path(__file__).parents[1] / "contract/data/fly/machines.openapi.json.gz"
_DOCUMENT: Json = json.loads(gzip.decompress(_DATA.read_bytes()))
# The document leaves these out, though Fly's guide names them.
_UNDOCUMENTED = re.compile(r"/apps/[^/]+/network_policies(/.*)?")
NONCE = "fly-machine-lease-nonce"
IMAGE = "registry/runner@sha256:" + "0" * 64


def _closed(schema: Any) -> Any:
    """Return *schema* with unknown names forbidden wherever it knows any."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _closed(value) for name, value in schema.items()}
    if "properties" in made and made.get("type") == "object":
        made.setdefault("additionalProperties", False)
    return made


_SCHEMAS = {"schemas": _closed(_DOCUMENT["components"]["schemas"])}


def _operation(method: str, path: str) -> Json:
    for known, operations in _DOCUMENT["paths"].items():
        if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", known), path):
            found: Json = operations[method.lower()]
            return found
    raise AssertionError(f"the document does not know {method} {path}")


def problems(method: str, path: str, status: int, answer: Any) -> list[str]:
    """Return what the document has against this answer."""
    if status >= 400:
        schema: Json = {"$ref": "#/components/schemas/ErrorResponse", "minProperties": 1}
    elif _UNDOCUMENTED.fullmatch(path):
        return []
    else:
        told = _operation(method, path)["responses"].get(str(status))
        if told is None:
            return [f"{method} {path} never answers {status}"]
        contents = list(told.get("content", {}).values())
        if not contents:
            return []
        schema = contents[0]["schema"]
    whole = {**_closed(schema), "components": _SCHEMAS}
    return [
        f"{one.json_path} {one.message}" for one in Draft202012Validator(whole).iter_errors(answer)
    ]


class FlyWire:
    """A caller with a token; each call returns the status and the JSON."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str) -> None:
        self._session = session
        self._url = url
        self._token = token

    async def __call__(
        self, method: str, path: str, body: Any = None, *, nonce: str = ""
    ) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self._token}"} | ({NONCE: nonce} if nonce else {})
        async with self._session.request(
            method, self._url + path, json=body, headers=headers
        ) as answer:
            text = await answer.text()
            shown = json.loads(text) if text else None
            wrong = problems(method, path.partition("?")[0], answer.status, shown)
            assert not wrong, f"{method} {path} {answer.status}: {wrong}"
            return answer.status, shown

    async def status(self, method: str, path: str, body: Any = None, *, nonce: str = "") -> int:
        return (await self(method, path, body, nonce=nonce))[0]


class Org(FlyWire):
    """The caller in an organisation that has the app ``one``."""

    def __init__(self, session: aiohttp.ClientSession, fly: FlyStandIn) -> None:
        super().__init__(session, fly.url, fly.token)
        self.fly = fly

    async def open(self) -> None:
        body = {"app_name": "one", "org_slug": "acme", "network": "alone"}
        assert await self.status("POST", "/apps", body) == 201

    async def made(self, app: str = "one", **body: Any) -> Json:
        """Create a machine; *body* may change its configuration with ``config``."""
        config = {"image": IMAGE, **body.pop("config", {})}
        status, machine = await self(
            "POST", f"/apps/{app}/machines", {"region": "fra", **body, "config": config}
        )
        assert status == 200, machine
        return dict(machine)

    async def do(self, machine: Json, verb: str, body: Any = None, *, nonce: str = "") -> int:
        return await self.status("POST", f"{at(machine)}/{verb}", body, nonce=nonce)

    async def look(self, machine: Json) -> Json:
        status, shown = await self("GET", at(machine))
        assert status == 200
        return dict(shown)

    async def state(self, machine: Json) -> str:
        return str((await self.look(machine))["state"])

    async def reached(self, machine: Json, state: str, timeout: int = 20) -> bool:
        """Wait for *state*; of the present version when it is ``stopped``."""
        version = f"&version={(await self.look(machine))['instance_id']}"
        path = f"{at(machine)}/wait?state={state}&timeout={timeout}{version}"
        return await self.status("GET", path) == 200


def at(machine: Json, app: str = "one") -> str:
    return f"/apps/{app}/machines/{machine['id']}"
