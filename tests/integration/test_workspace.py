"""Clone, commit and bundle, with real git over smart HTTP and on disk."""

import asyncio
import base64
import os
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from pydantic import SecretStr

from runner.agent.clone import Source
from runner.agent.sandbox import Sandbox, open_sandbox
from runner.agent.seams import RunFailed
from runner.agent.workspace import Workspace
from runner.egress.policy import EgressPolicy
from runner.spec import ModelSpec, Person, Price, RunSpec

HERE = Source(allow_file=True)

NO_PRICE = Price(input=0, output=0, cache_write_5m=0, cache_write_1h=0, cache_read=0)
BOT = Person(name="cadence[bot]", email="1+cadence[bot]@users.noreply.github.com")
ANN = Person(name="Ann", email="2+ann@users.noreply.github.com")
TOKEN = "ghs_" + "t" * 40
EMPTY = EgressPolicy(registries=False)


def spec_for(url: str, **changes: object) -> RunSpec:
    model = ModelSpec(
        name="m",
        triage_name="m",
        base_url="",
        api_key=SecretStr(""),
        price=NO_PRICE,
        triage_price=NO_PRICE,
    )
    values = {
        "run_id": "r",
        "agent_id": "a",
        "number": 7,
        "repository": "octo/app",
        "clone_url": url,
        "base": "main",
        "branch": "cadence/7-fix",
        "instruction": "fix",
        "requester": "ann",
        "author": BOT,
        "model": model,
    }
    return RunSpec.model_validate(values | changes)


def git(*arguments: str, cwd: Path) -> str:
    settings = ["-c", "user.name=Up", "-c", "user.email=up@x.org", "-c", "init.defaultBranch=main"]
    environment = {"PATH": os.defpath, "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(
        ["git", *settings, *arguments], cwd=cwd, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


class Upstream:
    """A bare repository ``octo/app.git`` and a work tree to fill it from."""

    def __init__(self, root: Path) -> None:
        self.served = root / "served"
        self.bare = self.served / "octo/app.git"
        self.work = root / "work"
        self.bare.mkdir(parents=True)
        git("init", "--bare", "-q", ".", cwd=self.bare)
        git("config", "uploadpack.allowFilter", "true", cwd=self.bare)
        self.work.mkdir()
        git("init", "-q", ".", cwd=self.work)

    def commit(self, files: dict[str, str | bytes], branch: str = "main") -> str:
        for name, data in files.items():
            path = self.work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data if isinstance(data, bytes) else data.encode())
        git("add", "-A", cwd=self.work)
        git("commit", "-qm", "upstream", cwd=self.work)
        git("push", "-q", str(self.bare), f"HEAD:refs/heads/{branch}", cwd=self.work)
        return git("rev-parse", "HEAD", cwd=self.work)

    @property
    def url(self) -> str:
        return f"file://{self.bare}"


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    return Upstream(tmp_path / "up")


class GitServer:
    """Git over smart HTTP for whoever has the token."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.seen: list[str] = []
        self.status: int | None = None

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(request.headers.get("Authorization", ""))
        wanted = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
        if self.status:
            return web.Response(status=self.status)
        if request.headers.get("Authorization") != f"Basic {wanted}":
            return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="x"'})
        return await self._backend(request)

    async def _backend(self, request: web.Request) -> web.Response:
        environment = {
            "PATH": os.defpath,
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": request.path,
            "QUERY_STRING": request.query_string,
            "REQUEST_METHOD": request.method,
            "CONTENT_TYPE": request.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": request.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
        }
        process = await asyncio.create_subprocess_exec(
            *("git", "-c", "safe.directory=*", "http-backend"),
            env=environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await process.communicate(await request.read())
        head, _, body = output.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        status = int(headers.pop("Status", "200").split()[0])
        return web.Response(status=status, body=body, headers=headers)

    @asynccontextmanager
    async def up(self) -> AsyncIterator[str]:
        application = web.Application(client_max_size=100_000_000)
        application.router.add_route("*", "/{path:.*}", self.answer)
        runner = web.AppRunner(application, auto_decompress=False)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}/octo/app.git"
        finally:
            await runner.cleanup()


@asynccontextmanager
async def checkout(
    tmp_path: Path, upstream: Upstream, **changes: object
) -> AsyncIterator[tuple[Workspace, Sandbox]]:
    """A sandbox (uncaged: the cage has its own tests) with a clone of *upstream*."""
    run = tmp_path / "run"
    async with open_sandbox(
        workspace=run / "tree", root=run / "own", mode="none", egress=EMPTY
    ) as hands:
        spec = spec_for(upstream.url, **changes)
        yield (
            await Workspace.clone(spec, "", run / "own", tree=run / "tree", source=HERE),
            hands,
        )


def files_below(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


async def fails(tmp_path: Path, spec: RunSpec, *, token: str = TOKEN) -> str:
    with pytest.raises(RunFailed) as failed:
        await Workspace.clone(spec, token, tmp_path / "own", tree=tmp_path / "tree", source=HERE)
    return str(failed.value)


async def test_clone_over_http_sends_the_token_by_header_and_leaves_it_nowhere(
    tmp_path: Path, upstream: Upstream
) -> None:
    sha = upstream.commit({"a.txt": "hi\n", "d/b.txt": "b\n"})
    server = GitServer(upstream.served)
    async with server.up() as url:
        made = await Workspace.clone(spec_for(url), TOKEN, tmp_path, tree=tmp_path / "tree")

    assert (made.base_sha, made.start, made.head) == (sha, sha, sha)
    assert (tmp_path / "tree/d/b.txt").read_text() == "b\n"
    assert any(server.seen)
    basic = base64.b64encode(f"x-access-token:{TOKEN}".encode())
    written = [path.read_bytes() for path in files_below(tmp_path / "store.git")]
    written += [path.read_bytes() for path in files_below(tmp_path / "tree")]
    assert len(written) > 5
    assert not any(secret in data for data in written for secret in (TOKEN.encode(), basic))


async def test_only_the_newest_commit_of_one_branch_and_no_tag_is_fetched(
    tmp_path: Path, upstream: Upstream
) -> None:
    upstream.commit({"a": "1"})
    upstream.commit({"a": "2"}, "other")
    upstream.commit({"a": "3"})
    git("tag", "v1", cwd=upstream.work)
    git("push", "-q", str(upstream.bare), "v1", cwd=upstream.work)
    async with checkout(tmp_path, upstream) as (made, _):
        shown = git("for-each-ref", "--format=%(refname)", cwd=made.store)
        count = git("rev-list", "--count", "--all", cwd=made.store)

    assert shown == "refs/cadence/base"
    assert count == "1"


async def test_branch_of_an_earlier_run_is_continued(tmp_path: Path, upstream: Upstream) -> None:
    base = upstream.commit({"a": "1"})
    ours = upstream.commit({"b": "2"}, "cadence/7-fix")
    async with checkout(tmp_path, upstream) as (made, hands):
        assert (made.base_sha, made.start) == (base, ours)
        assert (made.tree / "b").exists()
        (made.tree / "c").write_text("3")
        commit = await made.commit(hands, "More", author=BOT)

    assert commit is not None
    assert git("rev-list", "--parents", "-1", commit.sha, cwd=made.store).split()[1] == ours


async def test_base_files_are_read_from_the_base_commit_and_never_through_a_link(
    tmp_path: Path, upstream: Upstream
) -> None:
    (upstream.work / "AGENTS.md").symlink_to("/etc/passwd")
    upstream.commit({"CLAUDE.md": "be kind", ".github/cadence.yml": "verify: x", "d/x": ""})
    upstream.commit({"CLAUDE.md": "be evil"}, "cadence/7-fix")
    async with checkout(tmp_path, upstream) as (made, _):
        (made.tree / "CLAUDE.md").write_text("changed")

        assert await made.base_file("CLAUDE.md") == "be kind"
        assert await made.base_file("CLAUDE.md", limit=3) is None
        assert await made.base_file("AGENTS.md") is None
        assert await made.base_file("d") is None
        assert await made.base_file("no") is None
        assert await made.base_files(["CLAUDE.md", "no"]) == {"CLAUDE.md": "be kind"}
        assert await made.base_names() == {"AGENTS.md", "CLAUDE.md", ".github", "d"}


async def test_commit_is_the_bots_with_the_requester_as_co_author(
    tmp_path: Path, upstream: Upstream
) -> None:
    start = upstream.commit({"a.txt": "1\n", "gone.txt": "x\n", ".gitignore": "*.log\n"})
    async with checkout(tmp_path, upstream) as (made, hands):
        (made.tree / "a.txt").write_text("1\n2\n")
        (made.tree / "new file.txt").write_text("new\n")
        (made.tree / "noise.log").write_text("ignored")
        (made.tree / "__pycache__").mkdir()
        (made.tree / "__pycache__/x.pyc").write_text("left behind")
        (made.tree / "gone.txt").unlink()
        message = "Fix it\n\nBecause $(touch /tmp/x) `id` 'quotes' \"too\"."
        commit = await made.commit(hands, message, author=BOT, co_author=ANN)
        await made.bundle(tmp_path / "out.bundle")

        assert commit is not None
        assert commit.subject == "Fix it"
        stat = await made.diff_stat()
        assert (stat.files, stat.added, stat.removed) == (3, 2, 1)
        assert await made.changed_files() == ["a.txt", "gone.txt", "new file.txt"]
        assert "+2" in await made.diff()
        assert (await made.diff(limit=10)).endswith("[... diff cut ...]\n")

    git("fetch", "-q", str(tmp_path / "out.bundle"), "cadence/7-fix:got", cwd=upstream.bare)
    shown = git("log", "-1", "--format=%an|%ae|%cn|%ce|%P|%B", "got", cwd=upstream.bare)
    trailer = f"Co-authored-by: {ANN.name} <{ANN.email}>"
    person = f"{BOT.name}|{BOT.email}"
    assert shown == f"{person}|{person}|{start}|{message}\n\n{trailer}"


async def test_nothing_changed_is_no_commit(tmp_path: Path, upstream: Upstream) -> None:
    upstream.commit({"a": "1"})
    async with checkout(tmp_path, upstream) as (made, hands):
        assert await made.commit(hands, "Nothing", author=BOT) is None
        with pytest.raises(RunFailed, match="nothing to hand over"):
            await made.bundle(tmp_path / "out")


async def test_what_the_agent_did_to_history_becomes_one_commit_on_ours(
    tmp_path: Path, upstream: Upstream
) -> None:
    start = upstream.commit({"a": "1", "b": "1"})
    mess = """
git commit -q --amend -m 'rewritten' && echo 2 > a && git commit -qam own
git checkout -q --detach; git checkout -q --orphan strange; echo 3 > b; git add b
touch .git/index.lock
"""
    async with checkout(tmp_path, upstream) as (made, hands):
        await hands.run(mess, timeout_s=20)
        first = await made.commit(hands, "One", author=BOT)
        (made.tree / "c").write_text("4")
        second = await made.commit(hands, "Two", author=BOT)

        assert first is not None
        assert second is not None
        history = git("log", "--format=%s", f"{start}..{second.sha}", cwd=made.store)
        assert history.split("\n") == ["Two", "One"]
        assert await made.changed_files() == ["a", "b", "c"]


async def test_file_above_the_limit_is_left_out_and_nothing_minds(
    tmp_path: Path, upstream: Upstream
) -> None:
    upstream.commit({"a": "1", "data/big.bin": os.urandom(11_000_000)})
    async with checkout(tmp_path, upstream) as (made, hands):
        assert made.left_out == ("data/big.bin",)
        assert not (made.tree / "data/big.bin").exists()
        status = await hands.run("git status --porcelain && git diff && git log -1", timeout_s=20)
        assert (status.exit_code, "big.bin" in status.output) == (0, False)
        (made.tree / "a").write_text("2")
        commit = await made.commit(hands, "Change", author=BOT)
        await made.bundle(tmp_path / "out")
        assert await made.changed_files() == ["a"]

    assert commit is not None
    assert (tmp_path / "out").stat().st_size < 10_000
    git("fetch", "-q", str(tmp_path / "out"), "cadence/7-fix:got", cwd=upstream.bare)
    assert "data/big.bin" in git("ls-tree", "-r", "--name-only", "got", cwd=upstream.bare)


async def test_server_that_refuses_filters_is_cloned_whole(
    tmp_path: Path, upstream: Upstream
) -> None:
    git("config", "uploadpack.allowFilter", "false", cwd=upstream.bare)
    upstream.commit({"big.bin": os.urandom(11_000_000)})
    async with checkout(tmp_path, upstream) as (made, _):
        assert made.left_out == ()
        assert (made.tree / "big.bin").exists()


async def test_submodules_are_not_fetched(tmp_path: Path, upstream: Upstream) -> None:
    sha = upstream.commit({"a": "1"})
    (upstream.work / "sub").mkdir()
    git("update-index", "--add", "--cacheinfo", f"160000,{sha},sub", cwd=upstream.work)
    upstream.commit({".gitmodules": f'[submodule "sub"]\n path = sub\n url = {upstream.url}\n'})
    async with checkout(tmp_path, upstream) as (made, hands):
        (made.tree / "a").write_text("2")
        commit = await made.commit(hands, "Change", author=BOT)
        assert commit is not None
        assert await made.changed_files() == ["a"]
        listed = git("ls-tree", commit.sha, "sub", cwd=made.store)

    assert listed.startswith(f"160000 commit {sha}")
    assert not any((made.tree / "sub").iterdir())


@pytest.mark.parametrize(
    ("prepare", "changes", "sentence"),
    [
        pytest.param(lambda up: None, {}, "octo/app is empty", id="empty"),
        pytest.param(
            lambda up: up.commit({"a": "1"}, "dev"),
            {},
            "has no branch main; it has dev.",
            id="base",
        ),
        pytest.param(
            lambda up: up.commit({"a": os.urandom(5_000_000)}),
            {"max_clone_mb": 1},
            "octo/app is larger than 1 MB",
            id="size",
        ),
        pytest.param(
            lambda up: up.commit({"a": "1"}), {"base": "--upload-pack=x"}, "a name", id="option"
        ),
        pytest.param(lambda up: up.commit({"a": "1"}), {"branch": "a..b"}, "a name", id="range"),
        pytest.param(lambda up: up.commit({"a": "1"}), {"base": "m*"}, "a name", id="pattern"),
    ],
)
async def test_repository_that_cannot_be_used_is_told_in_a_sentence(
    tmp_path: Path,
    upstream: Upstream,
    prepare: Callable[[Upstream], object],
    changes: dict[str, object],
    sentence: str,
) -> None:
    prepare(upstream)

    assert sentence in await fails(tmp_path, spec_for(upstream.url, **changes))


@pytest.mark.parametrize(
    ("token", "status", "sentence"),
    [
        ("wrong", None, "octo/app cannot be read"),
        ("", None, "octo/app cannot be read"),
        (TOKEN, 403, "octo/app cannot be read"),
        (TOKEN, 404, "octo/app cannot be read"),
        (TOKEN, 503, "The server of octo/app could not be reached"),
    ],
)
async def test_refusal_of_the_server_is_told_in_a_sentence(
    tmp_path: Path, upstream: Upstream, token: str, status: int | None, sentence: str
) -> None:
    upstream.commit({"a": "1"})
    server = GitServer(upstream.served)
    server.status = status
    async with server.up() as url:
        said = await fails(tmp_path, spec_for(url), token=token)

    assert sentence in said
    assert TOKEN not in said


async def test_server_that_is_not_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    said = await fails(tmp_path, spec_for("http://127.0.0.1:9/octo/app.git"))

    assert said == "The server of octo/app could not be reached."


@pytest.mark.parametrize(
    ("repository", "url"),
    [
        ("octo/app", "ext::sh -c id"),
        ("octo/app", "ssh://git@github.com/octo/app.git"),
        ("octo/app", "https://user:pw@github.com/octo/app.git"),
        ("octo/app", "https://github.com:443@evil.net/octo/app.git"),
        ("octo/app", "https://-oProxy/../x/octo/app.git"),
        ("octo/app/x", "https://github.com/octo/app.git"),
        ("../app", "https://github.com/octo/app.git"),
        ("-octo/app", "https://github.com/octo/app.git"),
        ("octo/a b", "https://github.com/octo/app.git"),
    ],
)
async def test_address_or_name_of_another_form_is_not_cloned(
    tmp_path: Path, repository: str, url: str
) -> None:
    said = await fails(tmp_path, spec_for(url, repository=repository))

    assert "is not" in said
