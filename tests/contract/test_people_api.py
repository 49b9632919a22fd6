"""The API held against its own OpenAPI document: routes both ways, and whatever may be sent."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from bot.bus import Bus
from bot.db.engine import Database
from tests.fakes.github import REPO
from tests.fakes.phone import Browser, Home, home, without_limits

EXAMPLES, FEW = 12, 4  # few on Postgres: there only the stores' differences are looked for
STREAMS = {"/api/events", "/api/agents/{id}/events"}


@pytest.fixture
async def here(tmp_path: Path, store: Database) -> AsyncIterator[Home]:
    contact = "mailto:operator@cadence.test"
    async with home(tmp_path, store, Bus(), push_contact=contact, push_loopback=True) as made:
        yield made


async def test_document_and_routes_hold_the_same(here: Home) -> None:
    told = (await here.browser().get("/api/openapi.json")).body

    described = {
        (method.upper(), path) for path, methods in told["paths"].items() for method in methods
    }
    served = {
        (route.method, re.sub(r"{(\w+):[^}]*}", r"{\1}", route.resource.canonical))
        for route in here.app.router.routes()
        if route.resource is not None
        and route.resource.canonical.startswith("/api/")
        and route.method != "HEAD"
    }
    assert described == served
    assert len({one["operationId"] for m in told["paths"].values() for one in m.values()}) == len(
        described
    )


async def test_document_is_openapi_3_1(here: Home) -> None:
    told = (await here.browser().get("/api/openapi.json")).body
    schema = schemathesis.openapi.from_dict(told)

    assert told["openapi"] == "3.1.0"
    schema.validate()


async def test_docs_page_loads_nothing_from_elsewhere(here: Home) -> None:
    page = await here.browser().get("/api/docs")

    assert page.status == 200
    assert re.findall(r'(?:src|href)="(?!/api/|#)', page.text) == []
    assert "<script" not in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "/api/agents/{id}/pause" in page.text


@pytest.mark.parametrize(
    "store_url", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
async def test_whatever_is_sent_is_answered_as_the_document_says(here: Home) -> None:
    dana = await here.signed_in()
    made = await dana.post("/api/agents", {"repo": REPO, "task": "Fix the sum"})
    told = (await dana.get("/api/openapi.json")).body
    schema = schemathesis.openapi.from_dict(told)
    wrong: list[str] = []
    tried: set[str] = set()
    examples = EXAMPLES if here.database.is_sqlite else FEW
    without_limits(here)
    for result in schema.get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr]  # an error fails the test
        if operation.path in STREAMS or operation.path == "/api/auth/logout-everywhere":
            continue
        label = f"{operation.method.upper()} {operation.path}"
        tried.add(label)
        bad = await asyncio.to_thread(_attack, operation, dana, made.body["id"], examples)
        wrong += [f"{label}: {one}" for one in bad]

    assert wrong == []
    assert len(tried) > 30


def _attack(operation: Any, dana: Browser, agent_id: str, examples: int = EXAMPLES) -> list[str]:
    """Send a bounded number of generated requests; return what was wrong with the answers."""
    wrong: list[str] = []
    token = dana.cookie("cadence_access")

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def attack(case: Any) -> None:
        if "id" in (case.path_parameters or {}) and operation.path.startswith("/api/agents"):
            case.path_parameters["id"] = agent_id
        if operation.path == "/api/auth/logout" or operation.method.upper() == "DELETE":
            headers = {}  # or we are signed out for the rest
        else:
            headers = {"Authorization": f"Bearer {token}"}
        response = case.call(base_url=dana.url, headers=headers, allow_redirects=False, timeout=30)
        try:
            case.validate_response(
                response,
                checks=[
                    status_code_conformance,
                    content_type_conformance,
                    response_schema_conformance,
                ],
            )
        except FailureGroup as error:
            wrong.extend(str(one)[:500] for one in error.exceptions)
        if response.status_code >= 500 and response.status_code != 503:
            wrong.append(f"{response.status_code}: {response.text[:300]}")

    attack()
    return wrong[:2]
