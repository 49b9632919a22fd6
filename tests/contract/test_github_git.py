"""Git over smart HTTP at the stand-in: real clones and pushes, real refusals."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.devkit.github import git
from tests.fakes.github import REPO, Town, town


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path / "github") as made:
        yield made


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What a git command left."""

    code: int
    said: str


async def run_git(*args: str, cwd: Path, token: str | None, scheme: str = "basic") -> Ran:
    """Run git with *token* in a header from the environment."""
    env = {**git.ENV, "GIT_AUTHOR_NAME": "Dana", "GIT_COMMITTER_NAME": "Dana"}
    env |= {"GIT_AUTHOR_EMAIL": "dana@example.com", "GIT_COMMITTER_EMAIL": "dana@example.com"}
    if token is not None:
        word = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        value = f"Basic {word}" if scheme == "basic" else f"Bearer {token}"
        env |= {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "http.extraHeader"}
        env["GIT_CONFIG_VALUE_0"] = f"Authorization: {value}"
    process = await asyncio.create_subprocess_exec(
        git.GIT,
        *args,
        cwd=cwd,
        env=env,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return Ran(code=process.returncode or 0, said=said.decode())


async def cloned(scene: Town, tmp_path: Path, *options: str, token: str | None = None) -> Path:
    """Clone the repository with a good token; return the working copy."""
    word = token or scene.github.token(scene.installation_id)
    url = f"{scene.github.url}/{REPO}.git"
    ran = await run_git("clone", "-q", *options, url, "copy", cwd=tmp_path, token=word)
    assert ran.code == 0, ran.said
    return tmp_path / "copy"


async def committed(copy: Path, name: str, text: str) -> None:
    """Commit one file in a working copy."""
    file = copy / name
    await asyncio.to_thread(file.parent.mkdir, parents=True, exist_ok=True)
    await asyncio.to_thread(file.write_text, text)
    await run_git("add", "-A", cwd=copy, token=None)
    ran = await run_git("commit", "-q", "-m", f"Add {name}", cwd=copy, token=None)
    assert ran.code == 0, ran.said


@pytest.mark.parametrize("scheme", ["basic", "bearer"])
async def test_token_clones_in_both_schemes(scene: Town, tmp_path: Path, scheme: str) -> None:
    token = scene.github.token(scene.installation_id, permissions={"contents": "read"})
    url = f"{scene.github.url}/{REPO}"

    ran = await run_git("clone", url, "copy", cwd=tmp_path, token=token, scheme=scheme)

    assert (ran.code, (tmp_path / "copy" / "widgets.py").exists()) == (0, True)


async def test_shallow_partial_clone_leaves_big_files_behind(scene: Town, tmp_path: Path) -> None:
    await scene.github.push(REPO, "main", {"big.bin": "x" * 200_000}, author="dana")

    copy = await cloned(
        scene, tmp_path, "--depth=1", "--filter=blob:limit=10k", "--no-checkout", "--no-tags"
    )

    count = await run_git("rev-list", "--count", "HEAD", cwd=copy, token=None)
    assert count.said.strip() == "1"
    listed = await run_git("rev-list", "--objects", "--missing=print", "HEAD", cwd=copy, token=None)
    assert sum(line.startswith("?") for line in listed.said.splitlines()) == 1


async def test_missing_blob_is_fetched_by_its_id(scene: Town, tmp_path: Path) -> None:
    copy = await cloned(scene, tmp_path, "--depth=1", "--filter=blob:none", "--no-checkout")
    token = scene.github.token(scene.installation_id)

    ran = await run_git("cat-file", "-p", "HEAD:README.md", cwd=copy, token=token)

    assert ran.said == "# Widgets\n"


@pytest.mark.parametrize("what", ["no token", "unknown", "expired", "revoked"])
async def test_clone_without_a_living_token_is_refused(
    scene: Town, tmp_path: Path, what: str
) -> None:
    token: str | None = scene.github.token(scene.installation_id)
    if what == "expired":
        scene.github.expire_tokens()
    elif what == "revoked":
        await scene.api.with_token(token).delete("/installation/token")
    elif what == "unknown":
        token = f"{token}x"
    else:
        token = None

    url = f"{scene.github.url}/{REPO}.git"
    ran = await run_git("clone", url, "copy", cwd=tmp_path, token=token)

    assert ran.code != 0
    assert scene.github.git.log[-1][3] == 401


async def test_clone_of_a_repository_out_of_reach_says_not_found(
    scene: Town, tmp_path: Path
) -> None:
    await scene.github.repository("acme/secret", files={"a": "b"})
    token = scene.github.token(scene.installation_id, repositories=[REPO])

    url = f"{scene.github.url}/acme/secret.git"
    ran = await run_git("clone", url, "copy", cwd=tmp_path, token=token)

    assert "Repository not found." in ran.said


async def test_public_repository_is_cloned_without_a_token(scene: Town, tmp_path: Path) -> None:
    await scene.github.repository("acme/open", files={"a": "b"}, private=False)

    url = f"{scene.github.url}/acme/open.git"
    ran = await run_git("clone", url, "copy", cwd=tmp_path, token=None)

    assert ran.code == 0


async def test_push_moves_the_ref_and_is_told(scene: Town, tmp_path: Path) -> None:
    token = scene.github.token(scene.installation_id)
    copy = await cloned(scene, tmp_path, token=token)
    await committed(copy, "new.txt", "new\n")

    ran = await run_git("push", "origin", "HEAD:cadence/1-new", cwd=copy, token=token)
    head = (await run_git("rev-parse", "HEAD", cwd=copy, token=None)).said.strip()
    await scene.github.settled()

    assert ran.code == 0, ran.said
    assert (await scene.github.refs(REPO))["refs/heads/cadence/1-new"] == head
    assert scene.hook.events[-2:] == ["create", "push"]
    told = json.loads(scene.hook.received[-1][1])
    assert (told["after"], told["ref"]) == (head, "refs/heads/cadence/1-new")
    assert (told["created"], told["forced"]) == (True, False)
    assert [each["added"] for each in told["commits"]] == [["new.txt"]]
    assert told["pusher"]["name"] == "cadence[bot]"


async def test_push_to_the_branch_of_a_pull_request_synchronizes_it(
    scene: Town, tmp_path: Path
) -> None:
    await scene.github.push(REPO, "feature", {"a.txt": "1\n"}, author="dana")
    pull = await scene.github.open_pull(REPO, "dana", "Add a", head="feature")
    token = scene.github.user_token("dana")
    copy = await cloned(scene, tmp_path, "--branch=feature", token=token)
    await committed(copy, "b.txt", "2\n")

    assert (await run_git("push", cwd=copy, token=token)).code == 0
    await scene.github.settled()

    assert scene.hook.events[-2:] == ["push", "pull_request"]
    assert pull.extent.changed_files == 2
    assert (await scene.github.refs(REPO))["refs/pull/1/head"] == pull.head_sha


async def test_forced_push_says_so(scene: Town, tmp_path: Path) -> None:
    token = scene.github.token(scene.installation_id)
    copy = await cloned(scene, tmp_path, token=token)
    await committed(copy, "a.txt", "1\n")
    await run_git("push", "origin", "HEAD:feature", cwd=copy, token=token)
    await run_git("commit", "-q", "--amend", "-m", "Other", cwd=copy, token=None)

    plain = await run_git("push", "origin", "HEAD:feature", cwd=copy, token=token)
    forced = await run_git("push", "-f", "origin", "HEAD:feature", cwd=copy, token=token)
    await scene.github.settled()

    assert (plain.code != 0, forced.code) == (True, 0)
    assert json.loads(scene.hook.received[-1][1])["forced"] is True


async def test_reading_token_may_not_push(scene: Town, tmp_path: Path) -> None:
    copy = await cloned(scene, tmp_path)
    await committed(copy, "new.txt", "new\n")
    token = scene.github.token(scene.installation_id, permissions={"contents": "read"})

    ran = await run_git("push", "origin", "HEAD:other", cwd=copy, token=token)

    assert (ran.code != 0, "Write access to repository not granted." in ran.said) == (True, True)
    assert scene.github.git.log[-1][3] == 403
    assert "refs/heads/other" not in await scene.github.refs(REPO)


async def test_protected_branch_refuses_the_push(scene: Town, tmp_path: Path) -> None:
    token = scene.github.token(scene.installation_id)
    copy = await cloned(scene, tmp_path, token=token)
    await committed(copy, "new.txt", "new\n")
    scene.github.protect(REPO, "main")

    ran = await run_git("push", "origin", "HEAD:main", cwd=copy, token=token)

    assert (ran.code != 0, "GH006: Protected branch update failed" in ran.said) == (True, True)
    assert (await run_git("push", "origin", "HEAD:free", cwd=copy, token=token)).code == 0


async def test_app_without_the_workflows_permission_pushes_no_workflow(
    scene: Town, tmp_path: Path
) -> None:
    token = scene.github.token(scene.installation_id)
    copy = await cloned(scene, tmp_path, token=token)
    await committed(copy, ".github/workflows/ci.yml", "on: push\n")

    ran = await run_git("push", "origin", "HEAD:ci", cwd=copy, token=token)
    assert "refusing to allow a GitHub App to create or update workflow" in ran.said

    person = scene.github.user_token("dana")
    assert (await run_git("push", "origin", "HEAD:ci", cwd=copy, token=person)).code == 0


async def test_archived_repository_takes_no_push(scene: Town, tmp_path: Path) -> None:
    token = scene.github.token(scene.installation_id)
    copy = await cloned(scene, tmp_path, token=token)
    await committed(copy, "new.txt", "new\n")
    scene.github.archive(REPO)

    ran = await run_git("push", "origin", "HEAD:other", cwd=copy, token=token)

    assert "archived" in ran.said


async def test_first_push_into_an_empty_repository_makes_its_default_branch(
    scene: Town, tmp_path: Path
) -> None:
    repo = await scene.github.repository("acme/empty")
    token = scene.github.token(scene.installation_id)
    copy = await cloned(scene, tmp_path, token=token)
    url = f"{scene.github.url}/acme/empty.git"

    ran = await run_git("push", url, "HEAD:trunk", cwd=copy, token=token)

    assert (ran.code, repo.default_branch) == (0, "trunk")


async def test_old_name_of_a_renamed_repository_still_clones(scene: Town, tmp_path: Path) -> None:
    scene.github.rename_repository(REPO, "gadgets")

    copy = await cloned(scene, tmp_path)

    assert (copy / "widgets.py").exists()


async def test_large_files_go_both_ways(scene: Town, tmp_path: Path) -> None:
    token = scene.github.token(scene.installation_id)
    copy = await cloned(scene, tmp_path, token=token)
    noise = "".join(f"{number * 2654435761 % 2**32:08x}\n" for number in range(1_200_000))
    await committed(copy, "noise.txt", noise)

    assert (await run_git("push", "origin", "HEAD:main", cwd=copy, token=token)).code == 0
    second = tmp_path / "second"
    second.mkdir()
    again = await cloned(scene, second, token=token)

    assert (again / "noise.txt").stat().st_size == len(noise)


async def test_clone_that_is_broken_off_leaves_no_process(scene: Town, tmp_path: Path) -> None:
    noise = "".join(f"{number * 2654435761 % 2**32:08x}\n" for number in range(400_000))
    await scene.github.push(REPO, "main", {"noise.txt": noise}, author="dana")
    token = scene.github.token(scene.installation_id)
    reader, writer = await asyncio.open_connection(*scene.github.url[7:].split(":"))
    main = (await scene.github.refs(REPO))["refs/heads/main"]
    want = f"0032want {main}\n00000009done\n".encode()
    head = (
        f"POST /{REPO}.git/git-upload-pack HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/x-git-upload-pack-request\r\n"
        f"Content-Length: {len(want)}\r\n\r\n"
    )
    writer.write(head.encode() + want)
    assert b"200 OK" in await reader.readline()
    writer.transport.abort()

    await asyncio.wait_for(scene.github.git.idle(), 20)


@pytest.mark.parametrize("how", ["cut", "502"])
async def test_push_whose_answer_is_lost_was_done_and_told(
    scene: Town, tmp_path: Path, how: str
) -> None:
    token = scene.github.token(scene.installation_id)
    copy = await cloned(scene, tmp_path, token=token)
    await committed(copy, "new.txt", "new\n")
    status, is_cut = (None, True) if how == "cut" else (502, False)
    scene.github.fault("git-receive-pack$", status=status, is_cut=is_cut, is_after=True)

    lost = await run_git("push", "origin", "HEAD:feature", cwd=copy, token=token)
    await scene.github.settled()

    assert lost.code != 0
    assert scene.hook.events[-2:] == ["create", "push"]
    again = await run_git("push", "origin", "HEAD:feature", cwd=copy, token=token)
    assert (again.code, "up-to-date" in again.said) == (0, True)
