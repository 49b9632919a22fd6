"""The doctor on what an operator may have beside the model."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import boto3
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import settings
from bot.doctor import Finding, Level, services
from deploy.devkit.fly import FlyStandIn
from deploy.devkit.hetzner.server import HetznerStandIn

KEY = "not-" + "a-key"


async def examined(tmp_path: Path, **chosen: Any) -> dict[str, Finding]:
    patient = settings.load(_env_file=None, **({"data_dir": tmp_path / "data"} | chosen))
    async with aiohttp.ClientSession() as session:
        return {found.name: found for found in await services.examine(patient, session)}


async def test_what_is_not_set_is_not_asked_for(tmp_path: Path) -> None:
    found = await examined(tmp_path)

    assert {name: one.ok for name, one in found.items()} == {"store": Level.OK}
    assert not (tmp_path / "data").exists()  # looked at, not made


async def test_folder_is_no_store_for_many_coordinators(tmp_path: Path) -> None:
    found = await examined(tmp_path, database_url="postgresql://db/cadence")

    assert found["store"].ok is Level.WARN
    assert "CADENCE_STORE_URL" in found["store"].remedy


async def test_folder_that_cannot_be_written_is_found(tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    found = await examined(tmp_path, store_url=(tmp_path / "a file/store").as_uri())

    assert found["store"].ok is Level.FAIL


async def test_bucket_is_tried_and_left_as_it_was(tmp_path: Path, s3: str) -> None:
    names = {"aws_access_key_id": "x", "aws_secret_access_key": KEY, "region_name": "us-east-1"}
    client = boto3.client("s3", endpoint_url=s3, **names)
    client.create_bucket(Bucket="cadence")
    chosen = {
        "store_endpoint": s3,
        "store_region": "us-east-1",
        "store_access_key": "x",
        "store_secret_key": KEY,
    }

    fine = await examined(tmp_path, store_url="s3://cadence/here", **chosen)
    gone = await examined(tmp_path, store_url="s3://no-such-bucket/here", **chosen)

    assert fine["store"].ok is Level.OK
    assert client.list_objects_v2(Bucket="cadence")["KeyCount"] == 0
    assert gone["store"].ok is Level.FAIL
    assert "put, get, list and delete" in gone["store"].remedy


async def test_tokens_of_providers_are_tried(tmp_path: Path) -> None:
    async with FlyStandIn(tmp_path / "fly") as fly, HetznerStandIn() as hetzner:
        urls = {"fly_url": fly.url, "hetzner_url": hetzner.url}
        good = await examined(tmp_path, fly_token=fly.token, hetzner_token=hetzner.token, **urls)
        bad = await examined(tmp_path, fly_token=KEY, hetzner_token=KEY, **urls)

    for name, setting in (("Fly token", "CADENCE_FLY_TOKEN"), ("Hetzner token", "HCLOUD_TOKEN")):
        assert good[name].ok is Level.OK, good[name]
        assert bad[name].ok is Level.FAIL, bad[name]
        assert setting in bad[name].remedy


@pytest.fixture
async def deepgram() -> AsyncIterator[str]:
    async def projects(request: web.Request) -> web.Response:
        is_known = request.headers.get("Authorization") == f"Token {KEY}"
        return web.json_response({"projects": []}, status=200 if is_known else 401)

    app = web.Application()
    app.router.add_get("/v1/projects", projects)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


async def test_key_for_transcription_is_tried(tmp_path: Path, deepgram: str) -> None:
    good = await examined(tmp_path, deepgram_api_key=KEY, deepgram_url=deepgram)
    bad = await examined(tmp_path, deepgram_api_key="old", deepgram_url=deepgram)
    away = await examined(tmp_path, deepgram_api_key=KEY, deepgram_url="http://127.0.0.1:1")

    assert good["Deepgram key"].ok is Level.OK
    assert "DEEPGRAM_API_KEY" in bad["Deepgram key"].remedy
    assert "does not answer" in away["Deepgram key"].detail
