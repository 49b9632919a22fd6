"""What may not be in a bundle: each fault planted in a real one."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import ForbiddenContent
from bot.git import Git
from bot.publishing import bundles
from bot.publishing.bundles import Rules, Work
from runner.redact import Redactor
from runner.spec import Person
from tests.fakes.workshop import BOT, BRANCH, DANA, FIX, Workshop, git

BASE = {
    "widgets.py": "def area(width, height):\n    return width + height\n",
    ".github/workflows/ci.yml": "on: push\n",
    "config.py": "password = 'x'\n",
}
RULES = Rules(branch=BRANCH, bot_email=BOT.email, co_authors=(DANA.email,))


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    seed = tmp_path / "seed"
    seed.mkdir()
    git(seed, "init", "-q", "-b", "main")
    for name, text in BASE.items():
        (seed / name).parent.mkdir(parents=True, exist_ok=True)
        (seed / name).write_text(text)
    git(seed, "add", "-A")
    git(seed, "-c", "user.name=d", "-c", "user.email=d@x", "commit", "-qm", "Begin")
    git(tmp_path, "clone", "-q", "--bare", str(seed), "origin.git")
    return tmp_path / "origin.git"


@pytest.fixture
def shop(tmp_path: Path, origin: Path) -> Workshop:
    return Workshop(tmp_path / "work", origin)


async def checked(shop: Workshop, tmp_path: Path, *, rules: Rules = RULES) -> Work:
    return await checked_bundle(shop, shop.bundle(), tmp_path, rules=rules)


async def checked_bundle(
    shop: Workshop, bundle: Path, tmp_path: Path, *, rules: Rules = RULES
) -> Work:
    path = tmp_path / "desk.git"
    git(tmp_path, "clone", "-q", "--bare", "--depth=1", f"file://{tmp_path}/origin.git", str(path))
    desk = Git(directory=path)
    sha = await bundles.unpack(desk, bundle, rules=rules, base_sha=shop.base_sha)
    return await bundles.inspect(desk, sha, rules=rules, base_sha=shop.base_sha, secrets=Redactor())


async def test_ordinary_work_passes_and_is_counted(shop: Workshop, tmp_path: Path) -> None:
    shop.commit(FIX, "Multiply\n\nCo-authored-by: dana <7+dana@users.noreply.github.com>")
    head = shop.commit({"docs/ä b.md": "new\n", "logo.png": b"\x89PNG\0\1"}, "Tell about it")

    work = await checked(shop, tmp_path)

    assert work.head_sha == head
    assert [c.message.split("\n")[0] for c in work.commits] == ["Multiply", "Tell about it"]
    assert {f.path: (f.added, f.removed) for f in work.files} == {
        "docs/ä b.md": (1, 0),
        "logo.png": (None, None),
        "widgets.py": (1, 1),
    }


def a_token() -> str:
    return "ghp_" + "aB3dE5fG7h" * 4


FORBIDDEN_FILES = [
    pytest.param({".github/workflows/ci.yml": "on: pull_request_target\n"}, "workflow", id="ci"),
    pytest.param({".GitHub/Workflows/x.yml": "on: push\n"}, "workflow", id="other case"),
    pytest.param({".github/actions/x/action.yml": "name: x\n"}, "workflow", id="action"),
    pytest.param({".github/CODEOWNERS": "* @evil\n"}, "owns", id="owners"),
    pytest.param({"CODEOWNERS": "* @evil\n"}, "owns", id="owners in the root"),
    pytest.param({".gitmodules": '[submodule "x"]\n'}, "submodule", id="gitmodules"),
    pytest.param({"a\nb.txt": "x"}, "cannot be seen", id="newline in a name"),
    pytest.param({"a\u202etxt.exe": "x"}, "cannot be seen", id="bidi in a name"),
    pytest.param({"big.bin": b"x" * 10_000_001}, "10 MB", id="large file"),
    pytest.param(
        {f"{n}.bin": os.urandom(16) * 560_000 for n in range(6)}, "54 MB together", id="large sum"
    ),
]


@pytest.mark.parametrize(("files", "said"), FORBIDDEN_FILES)
async def test_forbidden_file_is_refused(
    shop: Workshop, tmp_path: Path, files: dict[str, str | bytes], said: str
) -> None:
    shop.commit(files)

    with pytest.raises(ForbiddenContent, match=said):
        await checked(shop, tmp_path)


async def test_workflow_that_was_changed_and_changed_back_is_still_refused(
    shop: Workshop, tmp_path: Path
) -> None:
    name = ".github/workflows/ci.yml"
    shop.commit({name: "on: pull_request_target\n"})
    shop.commit({name: BASE[name], **FIX})

    with pytest.raises(ForbiddenContent, match="workflow"):
        await checked(shop, tmp_path)


async def test_workflows_pass_where_the_base_allows_them(shop: Workshop, tmp_path: Path) -> None:
    shop.commit({".github/workflows/ci.yml": "on: pull_request\n"})
    rules = Rules(branch=BRANCH, bot_email=BOT.email, allow_workflows=True)

    assert (await checked(shop, tmp_path, rules=rules)).files[0].added == 1


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(lambda: f"TOKEN = '{a_token()}'\n", id="text"),
        pytest.param(lambda: b"\x00\x01" + a_token().encode() + b"\x00", id="binary"),
        pytest.param(lambda: a_token().encode("utf-16"), id="utf-16"),
    ],
)
async def test_secret_is_refused_and_never_shown(
    shop: Workshop, tmp_path: Path, content: Callable[[], str | bytes]
) -> None:
    shop.commit({"settings.py": content()})

    with pytest.raises(ForbiddenContent, match=r"`settings\.py` adds .* a secret") as refused:
        await checked(shop, tmp_path)

    assert a_token() not in str(refused.value)


async def test_secret_in_an_earlier_commit_is_refused_though_a_later_one_removes_it(
    shop: Workshop, tmp_path: Path
) -> None:
    shop.commit({"settings.py": f"TOKEN = '{a_token()}'\n"})
    shop.commit({"settings.py": "TOKEN = None\n"})

    with pytest.raises(ForbiddenContent, match="secret"):
        await checked(shop, tmp_path)


async def test_secret_hidden_from_diffs_by_an_attribute_is_refused(
    shop: Workshop, tmp_path: Path
) -> None:
    shop.commit({".gitattributes": "*.py -diff\n", "settings.py": f"TOKEN = '{a_token()}'\n"})

    with pytest.raises(ForbiddenContent, match="secret"):
        await checked(shop, tmp_path)


async def test_secret_in_a_message_is_refused(shop: Workshop, tmp_path: Path) -> None:
    shop.commit(FIX, f"Use {a_token()}")

    with pytest.raises(ForbiddenContent, match="message of commit"):
        await checked(shop, tmp_path)


async def test_line_that_was_there_before_is_nobodys_new_secret(
    tmp_path: Path, origin: Path
) -> None:
    first = Workshop(tmp_path / "first", origin)
    first.commit({"fixtures.py": f"TOKEN = '{a_token()}'\n"})
    git(first.path, "push", "-q", str(origin), "HEAD:main")
    shop = Workshop(tmp_path / "work", origin)
    shop.commit({"fixtures.py": f"# a comment\nTOKEN = '{a_token()}'\n"})

    assert (await checked(shop, tmp_path)).files[0].added == 1


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("/etc/passwd", "is absolute"),
        ("../../outside", "leads out"),
        (".git/config", "git's own files"),
        (".GIT/hooks", "git's own files"),
    ],
)
async def test_symbolic_link_that_leads_away_is_refused(
    shop: Workshop, tmp_path: Path, target: str, said: str
) -> None:
    (shop.path / "link").symlink_to(target)
    shop.commit({})

    with pytest.raises(ForbiddenContent, match=said):
        await checked(shop, tmp_path)


async def test_symbolic_link_inside_the_repository_passes(shop: Workshop, tmp_path: Path) -> None:
    (shop.path / "docs").mkdir()
    (shop.path / "docs/code.py").symlink_to("../widgets.py")
    shop.commit({})

    assert (await checked(shop, tmp_path)).files


async def test_submodule_is_refused(shop: Workshop, tmp_path: Path) -> None:
    git(shop.path, "update-index", "--add", "--cacheinfo", f"160000,{shop.base_sha},vendored")
    shop.commit_index()

    with pytest.raises(ForbiddenContent, match=r"submodule \(`vendored`\)"):
        await checked(shop, tmp_path)


@pytest.mark.parametrize("name", [".git/hooks/post-checkout", ".GIT/config", "a/git~1/config"])
async def test_file_that_git_would_take_for_its_own_is_refused(
    shop: Workshop, tmp_path: Path, name: str
) -> None:
    blob = git(shop.path, "hash-object", "-w", "--stdin", stdin="x")
    entry = f"100644 blob {blob}\t{name.rpartition('/')[2]}\n"
    for part in reversed(name.split("/")[:-1]):
        tree = git(shop.path, "mktree", stdin=entry)
        entry = f"040000 tree {tree}\t{part}\n"
    whole = git(shop.path, "ls-tree", "HEAD") + "\n" + entry
    tree = git(shop.path, "mktree", stdin=whole)
    me = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in
          (("NAME", BOT.name), ("EMAIL", BOT.email))}  # fmt: skip
    commit = git(shop.path, "commit-tree", "-p", "HEAD", "-m", "x", tree, **me)
    git(shop.path, "update-ref", f"refs/heads/{BRANCH}", commit)

    with pytest.raises(ForbiddenContent, match=r"damaged or malicious|git's own files"):
        await checked(shop, tmp_path)


async def test_commit_by_somebody_else_is_refused(shop: Workshop, tmp_path: Path) -> None:
    shop.commit(FIX, author=Person(name="cadence[bot]", email="linus@example.com"))

    with pytest.raises(ForbiddenContent, match="claims to be by somebody else"):
        await checked(shop, tmp_path)


async def test_co_author_who_had_no_part_in_it_is_refused(shop: Workshop, tmp_path: Path) -> None:
    shop.commit(FIX, "Multiply\n\nCo-authored-by: Linus <linus@example.com>")

    with pytest.raises(ForbiddenContent, match="co-author"):
        await checked(shop, tmp_path)


async def test_merge_is_refused(shop: Workshop, tmp_path: Path) -> None:
    shop.commit(FIX)
    git(shop.path, "checkout", "-q", "-b", "side", shop.base_sha)
    shop.commit({"side.txt": "x"})
    git(shop.path, "checkout", "-q", BRANCH)
    me = ("-c", f"user.name={BOT.name}", "-c", f"user.email={BOT.email}")
    git(shop.path, *me, "merge", "-q", "--no-ff", "-m", "Merge", "side")

    with pytest.raises(ForbiddenContent, match="is a merge"):
        await checked(shop, tmp_path)


async def test_too_many_commits_are_refused(shop: Workshop, tmp_path: Path) -> None:
    for number in range(101):
        shop.commit_index(f"Step {number}")

    with pytest.raises(ForbiddenContent, match="101 commits"):
        await checked(shop, tmp_path)


async def test_bundle_with_two_branches_is_refused(shop: Workshop, tmp_path: Path) -> None:
    shop.commit(FIX)
    git(shop.path, "branch", "cadence/other")

    with pytest.raises(ForbiddenContent, match="something else than the branch"):
        await checked_bundle(shop, shop.bundle(BRANCH, "cadence/other"), tmp_path)


@pytest.mark.parametrize("branch", ["main", "cadence/8-other"])
async def test_bundle_of_another_branch_is_refused(
    shop: Workshop, tmp_path: Path, branch: str
) -> None:
    shop.commit(FIX)
    git(shop.path, "branch", "-f", branch)

    with pytest.raises(ForbiddenContent, match="something else than the branch"):
        await checked_bundle(shop, shop.bundle(branch), tmp_path)


async def test_work_that_does_not_follow_the_base_is_refused(
    shop: Workshop, tmp_path: Path
) -> None:
    git(shop.path, "checkout", "-q", "--orphan", "fresh")
    shop.commit(FIX)
    git(shop.path, "branch", "-f", BRANCH)

    with pytest.raises(ForbiddenContent, match="does not follow"):
        await checked(shop, tmp_path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"# v2 git bundle\n" + b"x" * 100_000])
async def test_file_that_is_no_bundle_is_refused(
    shop: Workshop, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "no.bundle"
    file.write_bytes(content)

    with pytest.raises(ForbiddenContent, match="not a git bundle"):
        await checked_bundle(shop, file, tmp_path)


async def test_damaged_bundle_is_refused(shop: Workshop, tmp_path: Path) -> None:
    shop.commit(FIX)
    file = shop.bundle()
    data = bytearray(file.read_bytes())
    data[-40] ^= 0xFF
    file.write_bytes(data)

    with pytest.raises(ForbiddenContent, match="damaged"):
        await checked_bundle(shop, file, tmp_path)
