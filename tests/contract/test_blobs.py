"""The store of checkpoints and bundles: a folder, and S3 as `moto` speaks it."""

import uuid
from pathlib import Path

import boto3
import pytest
from pydantic import SecretStr

from bot.blobs import Blobs
from bot.errors import BadSettings, NotFound, Unavailable

KEY = SecretStr("not-" + "a-key")


@pytest.fixture(params=["folder", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    if request.param == "folder":
        return Blobs((tmp_path / "a store").as_uri())
    url = request.getfixturevalue("s3")
    bucket = f"b{uuid.uuid4().hex}"
    client = boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key=KEY.get_secret_value(),
    )
    client.create_bucket(Bucket=bucket)
    return Blobs(
        f"s3://{bucket}/cadence", endpoint=url, region="us-east-1", access_key="x", secret_key=KEY
    )


async def test_what_was_put_comes_back(blobs: Blobs, tmp_path: Path) -> None:
    source = tmp_path / "large"
    source.write_bytes(bytes(range(256)) * 40_000)
    await blobs.put("checkpoints/a/one", b"small")
    await blobs.put("checkpoints/a/two", source)

    assert await blobs.get("checkpoints/a/one") == b"small"
    copied = await blobs.get_file("checkpoints/a/two", tmp_path / "copy")
    assert copied.read_bytes() == source.read_bytes()
    assert [await blobs.has(f"checkpoints/a/{name}") for name in ("one", "three")] == [True, False]


async def test_later_replaces_earlier(blobs: Blobs) -> None:
    await blobs.put("bundles/r", b"earlier and longer")
    await blobs.put("bundles/r", b"later")

    assert await blobs.get("bundles/r") == b"later"


async def test_names_of_one_folder_only(blobs: Blobs) -> None:
    for name in ("checkpoints/a/x", "checkpoints/a/y", "checkpoints/ab/z", "bundles/a"):
        await blobs.put(name, b"1")

    assert await blobs.names("checkpoints/a") == ["checkpoints/a/x", "checkpoints/a/y"]


async def test_removed_is_gone_and_what_is_gone_is_fine(blobs: Blobs) -> None:
    await blobs.put("bundles/r", b"1")
    await blobs.remove(["bundles/r", "bundles/never"])
    await blobs.remove(["bundles/r"])

    with pytest.raises(NotFound):
        await blobs.get("bundles/r")


async def test_store_that_is_away_is_said_without_its_key(tmp_path: Path) -> None:
    blobs = Blobs(
        "s3://bucket/x",
        endpoint="http://127.0.0.1:9",
        region="us-east-1",
        access_key="x",
        secret_key=KEY,
        patience_s=1.0,
    )

    with pytest.raises(Unavailable) as caught:
        await blobs.put("a", b"1")

    assert KEY.get_secret_value() not in str(caught.value)


def test_store_of_another_kind_is_a_mistake_in_the_settings() -> None:
    with pytest.raises(BadSettings, match=r"file:///folder or s3://bucket"):
        Blobs("ftp://somewhere/x")
