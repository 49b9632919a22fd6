"""Traps that an agent can lay in its tree for a git of ours: none may go off outside the cage."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from runner.agent.clone import Source
from runner.agent.sandbox import Sandbox, open_sandbox
from runner.agent.seams import RunFailed
from runner.agent.workspace import Workspace
from runner.egress.policy import EgressPolicy
from tests.integration.test_workspace import BOT, Upstream, git, spec_for

HERE = Source(allow_file=True)

pytestmark = pytest.mark.sandbox

# Each trap touches /outside/went-off, a folder that is there on the host only, and, as a proof
# that the trap works at all, ~/went-off, which is there in the cage.
TRAPS = {
    "hooks": """
for hook in pre-commit post-commit prepare-commit-msg commit-msg reference-transaction \
            post-index-change post-checkout pre-push; do
  mkdir -p .git/hooks; cp trap .git/hooks/$hook
done""",
    "hooks path": "git config core.hooksPath $PWD",
    "fsmonitor": "git config core.fsmonitor $PWD/trap",
    "clean filter": "echo '* filter=x' > .gitattributes; git config filter.x.clean $PWD/trap",
    "process filter": "echo '* filter=x' > .gitattributes; git config filter.x.process $PWD/trap",
    "textconv": "echo '* diff=x' > .gitattributes; git config diff.x.textconv $PWD/trap",
    "external diff": "git config diff.external $PWD/trap",
    "diff driver": "echo '* diff=x' > .gitattributes; git config diff.x.command $PWD/trap",
    "signing program": "git config commit.gpgSign true; git config gpg.program $PWD/trap",
    "pager": "git config core.pager $PWD/trap; git config pager.diff true",
    "editor": "git config core.editor $PWD/trap",
    "alias": 'for a in add fetch bundle diff; do git config alias.$a "!$PWD/trap"; done',
    "included file": """
printf '[core]\\n hooksPath = %s\\n fsmonitor = %s/trap\\n' "$PWD" "$PWD" > more
git config include.path $PWD/more""",
    "ssh command": """
git config core.sshCommand $PWD/trap
git config remote.origin.url ssh://x/y; git config remote.origin.uploadpack $PWD/trap""",
    "another server": "git config url.ext::$PWD/trap.insteadOf file://",
    "credential helper": "git config credential.helper $PWD/trap",
    "upload-pack hook": "git config uploadpack.packObjectsHook $PWD/trap",
    "alternate refs": "git config core.alternateRefsCommand $PWD/trap",
    "worktree": "mkdir -p /tmp/elsewhere; git config core.worktree /tmp/elsewhere || true",
    "askpass": "git config core.askPass $PWD/trap",
}


@asynccontextmanager
async def caged(tmp_path: Path) -> AsyncIterator[tuple[Workspace, Sandbox, Path]]:
    upstream = Upstream(tmp_path / "up")
    upstream.commit({"a.txt": "1\n"})
    outside = tmp_path / "outside"
    outside.mkdir()
    run = tmp_path / "run"
    async with open_sandbox(
        workspace=run / "tree", root=run / "own", egress=EgressPolicy(registries=False)
    ) as hands:
        spec = spec_for(upstream.url)
        made = await Workspace.clone(spec, "", run / "own", tree=run / "tree", source=HERE)
        yield made, hands, outside


@pytest.mark.parametrize("name", list(TRAPS))
async def test_trap_in_the_tree_does_not_go_off_outside(tmp_path: Path, name: str) -> None:
    async with caged(tmp_path) as (made, hands, outside):
        trap = f"#!/bin/sh\ntouch {outside}/went-off ~/went-off 2>/dev/null\ncat 2>/dev/null\n"
        (made.tree / "trap").write_text(trap)
        (made.tree / "trap").chmod(0o755)
        for hook in ("pre-commit", "post-index-change"):
            shutil.copy(made.tree / "trap", made.tree / hook)
        laid = await hands.run(f"{TRAPS[name]}\necho 2 > a.txt", timeout_s=20)
        assert laid.exit_code == 0, laid.output
        try:
            await made.commit(hands, "Change", author=BOT)
            await made.bundle(tmp_path / "out")
            await made.diff()
            await made.diff_stat()
            await made.base_file("a.txt")
        except RunFailed:
            pass  # a trap may spoil the work; it may not leave the cage

        assert not (outside / "went-off").exists()


async def test_traps_are_real(tmp_path: Path) -> None:
    async with caged(tmp_path) as (made, hands, _):
        trap = "#!/bin/sh\ntouch ~/went-off\ncat\n"
        (made.tree / "trap").write_text(trap)
        (made.tree / "trap").chmod(0o755)
        laid = f"{TRAPS['clean filter']}\necho 2 > a.txt; git add -A"
        await hands.run(laid, timeout_s=20)

        assert (await hands.run("cat ~/went-off", timeout_s=5)).exit_code == 0


@pytest.mark.parametrize(
    "plant",
    [
        pytest.param("ln -sfn {outside} .git/{bundle}", id="bundle is a link"),
        pytest.param("rm -rf .git && ln -s {outside} .git", id="git folder is a link"),
        pytest.param("rm -rf .git", id="no git folder"),
        pytest.param("rm -rf .git && echo gitdir: {outside} > .git", id="git file"),
        pytest.param("rm -rf .git/objects", id="no objects"),
    ],
)
async def test_spoilt_repository_ends_in_a_sentence(tmp_path: Path, plant: str) -> None:
    async with caged(tmp_path) as (made, hands, outside):
        (outside / "HEAD").write_text("secret of the host")
        await hands.run("echo 2 > a.txt", timeout_s=5)
        await hands.run(plant.format(outside=outside, bundle="cadence.bundle"), timeout_s=5)
        if "bundle" in plant:
            assert await made.commit(hands, "Change", author=BOT)
            return
        with pytest.raises(RunFailed, match=r"could not be committed|bundle"):
            await made.commit(hands, "Change", author=BOT)


async def test_symlink_out_of_the_tree_is_committed_as_a_link_and_never_followed(
    tmp_path: Path,
) -> None:
    async with caged(tmp_path) as (made, hands, outside):
        (outside / "secret").write_text("secret of the host")
        (made.tree / "leak").symlink_to(outside / "secret")
        (made.tree / "folder").symlink_to(outside)
        commit = await made.commit(hands, "Links", author=BOT)
        assert commit is not None
        modes = git("ls-tree", commit.sha, "leak", "folder", cwd=made.store)
        shown = await made.diff()

    assert modes.count("120000") == 2
    assert "secret of the host" not in shown


@pytest.mark.parametrize(
    "lie",
    [
        pytest.param('GIT_AUTHOR_NAME=Somebody exec /usr/bin/git "$@"', id="author"),
        pytest.param('GIT_COMMITTER_EMAIL=x@y.org exec /usr/bin/git "$@"', id="committer"),
        pytest.param('exec /usr/bin/git "$@" < /dev/null', id="message"),
        pytest.param('/usr/bin/git "$@" -p "$(/usr/bin/git rev-parse HEAD~0)"', id="parents"),
        pytest.param("echo 0000000000000000000000000000000000000000", id="no commit"),
        pytest.param("/usr/bin/git rev-parse HEAD", id="old commit"),
        pytest.param("echo '../../x y'", id="not a commit"),
    ],
)
async def test_lying_git_in_the_cage_cannot_hand_over_another_commit(
    tmp_path: Path, lie: str
) -> None:
    async with caged(tmp_path) as (made, hands, _):
        program = hands.host_home / "venv/bin/git"
        program.parent.mkdir(parents=True)
        forged = f'case "$*" in *commit-tree*) {lie};; *) exec /usr/bin/git "$@";; esac'
        program.write_text(f"#!/bin/sh\n{forged}\n")
        program.chmod(0o755)
        await hands.run("/usr/bin/git commit -q --allow-empty -m own; echo 2 > a.txt", timeout_s=9)
        head = made.head
        with pytest.raises(RunFailed):
            await made.commit(hands, "Change", author=BOT)

        assert made.head == head
