"""Who may do what on the GitHub stand-in: JWTs, tokens, roles, installations."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.fakes.github import REPO, Town, app_jwt, town


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path / "github") as made:
        yield made


def stranger_key() -> str:
    """Return a private key that no App has."""
    return (
        rsa.generate_private_key(public_exponent=65537, key_size=2048)
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )


@pytest.mark.parametrize(
    ("issued_s", "life_s", "message"),
    [
        pytest.param(-700, 600, "'exp'", id="expired"),
        pytest.param(0, 3600, "too far in the future", id="lives for an hour"),
        pytest.param(120, 300, "'iat'", id="from the future"),
    ],
)
async def test_jwt_with_wrong_times_is_refused(
    scene: Town, issued_s: float, life_s: float, message: str
) -> None:
    word = app_jwt(scene.app, issued_s=issued_s, life_s=life_s)

    answer = await scene.api.with_token(word).get("/app")

    assert answer.status == 401
    assert message in answer.body["message"]


async def test_jwt_of_another_key_is_refused(scene: Town) -> None:
    claims = {"iat": int(time.time()), "exp": int(time.time()) + 60, "iss": str(scene.app.app_id)}
    word = jwt.encode(claims, stranger_key(), algorithm="RS256")

    assert (await scene.api.with_token(word).get("/app")).status == 401


async def test_jwt_signed_with_the_public_secret_is_refused(scene: Town) -> None:
    claims = {"iat": int(time.time()), "exp": int(time.time()) + 60, "iss": str(scene.app.app_id)}
    word = jwt.encode(claims, scene.app.webhook_secret * 2, algorithm="HS256")

    assert (await scene.api.with_token(word).get("/app")).status == 401


async def test_installation_token_is_no_app(scene: Town) -> None:
    assert (await scene.as_bot().get("/app")).status == 401


async def test_app_by_itself_reads_no_repository(scene: Town) -> None:
    assert (await scene.as_app().get(f"/repos/{REPO}")).status == 404


@pytest.mark.parametrize("what", ["unknown", "expired", "revoked", "uninstalled"])
async def test_dead_token_is_answered_401(scene: Town, what: str) -> None:
    bot = scene.as_bot()
    assert (await bot.get(f"/repos/{REPO}")).status == 200
    if what == "unknown":
        bot = bot.with_token(f"{bot.token}x")
    elif what == "expired":
        scene.github.expire_tokens()
    elif what == "revoked":
        await bot.delete("/installation/token")
    else:
        scene.github.uninstall(scene.installation_id)

    answer = await bot.get(f"/repos/{REPO}")

    assert (answer.status, answer.body["message"]) == (401, "Bad credentials")


async def test_suspended_installation_gets_no_token_and_its_old_ones_stop(scene: Town) -> None:
    bot = scene.as_bot()
    scene.github.suspend(scene.installation_id)

    minted = await scene.as_app().post(f"/app/installations/{scene.installation_id}/access_tokens")

    assert (minted.status, (await bot.get(f"/repos/{REPO}")).status) == (403, 403)
    assert "suspended" in minted.body["message"]


async def test_deleted_installation_is_not_found(scene: Town) -> None:
    scene.github.uninstall(scene.installation_id)
    app = scene.as_app()

    minted = await app.post(f"/app/installations/{scene.installation_id}/access_tokens")

    assert minted.status == 404
    assert (await app.get(f"/repos/{REPO}/installation")).status == 404


async def test_token_narrowed_to_reading_may_not_write(scene: Town) -> None:
    path = f"/app/installations/{scene.installation_id}/access_tokens"
    made = await scene.as_app().post(path, {"permissions": {"issues": "read"}})
    bot = scene.api.with_token(made.body["token"])

    assert (await bot.get(f"/repos/{REPO}/issues")).status == 200
    refused = await bot.post(f"/repos/{REPO}/issues", {"title": "Bug"})
    assert refused.status == 403
    assert refused.body["message"] == "Resource not accessible by integration"
    assert refused.headers["X-Accepted-GitHub-Permissions"] == "issues=write"
    assert (await bot.get(f"/repos/{REPO}/contents")).status == 403


@pytest.mark.parametrize("by", ["repositories", "repository_ids"])
async def test_token_narrowed_to_one_repository_does_not_see_the_other(
    scene: Town, by: str
) -> None:
    other = await scene.github.repository("acme/tools", files={"a": "b"})
    await scene.github.repository("acme/open", files={"a": "b"}, private=False)
    wanted: list[object] = ["tools"] if by == "repositories" else [other.id]
    path = f"/app/installations/{scene.installation_id}/access_tokens"
    made = await scene.as_app().post(path, {by: wanted})
    bot = scene.api.with_token(made.body["token"])

    assert [each["name"] for each in made.body["repositories"]] == ["tools"]
    assert (await bot.get("/repos/acme/tools")).status == 200
    assert (await bot.get(f"/repos/{REPO}")).status == 404
    assert (await bot.get("/repos/acme/open")).status == 200
    assert (await bot.post("/repos/acme/open/issues", {"title": "Bug"})).status == 403


@pytest.mark.parametrize(
    "wish",
    [
        pytest.param({"permissions": {"administration": "write"}}, id="permission not granted"),
        pytest.param({"repositories": ["nowhere"]}, id="repository not reached"),
        pytest.param({"repository_ids": [1]}, id="id not reached"),
    ],
)
async def test_token_for_more_than_was_granted_is_refused(
    scene: Town, wish: dict[str, object]
) -> None:
    path = f"/app/installations/{scene.installation_id}/access_tokens"

    assert (await scene.as_app().post(path, wish)).status == 422


async def test_selected_repositories_are_all_that_a_token_reaches(scene: Town) -> None:
    await scene.github.repository("acme/tools", files={"a": "b"})
    scene.github.remove_repositories(scene.installation_id, REPO)
    bot = scene.as_bot()

    listed = await bot.get("/installation/repositories")

    assert [each["full_name"] for each in listed.body["repositories"]] == ["acme/tools"]
    assert (await bot.get(f"/repos/{REPO}")).status == 404


@pytest.mark.parametrize(
    ("level", "permission"),
    [
        ("admin", "admin"),
        ("maintain", "write"),
        ("write", "write"),
        ("triage", "read"),
        ("read", "read"),
        ("none", "none"),
    ],
)
async def test_permission_tells_the_old_word_and_the_role(
    scene: Town, level: str, permission: str
) -> None:
    scene.github.grant(REPO, "sam", level)  # type: ignore[arg-type] # from the table above

    answer = await scene.as_bot().get(f"/repos/{REPO}/collaborators/sam/permission")

    assert (answer.body["permission"], answer.body["role_name"]) == (permission, level)


async def test_anonymous_sees_public_repositories_only(scene: Town) -> None:
    await scene.github.repository("acme/open", files={"a": "b"}, private=False)

    assert (await scene.api.get("/repos/acme/open")).status == 200
    assert (await scene.api.get(f"/repos/{REPO}")).status == 404
    assert (await scene.api.post("/repos/acme/open/issues", {"title": "Bug"})).status == 401


async def test_person_without_push_rights_opens_no_pull_request(scene: Town) -> None:
    await scene.github.push(REPO, "feature", {"a": "b"}, author="dana")
    words = {"title": "Add a", "head": "feature", "base": "main"}

    rita = scene.api.with_token(scene.github.user_token("rita"))
    assert (await rita.post(f"/repos/{REPO}/pulls", words)).status == 403
    dana = scene.api.with_token(scene.github.user_token("dana"))
    assert (await dana.post(f"/repos/{REPO}/pulls", words)).status == 201
