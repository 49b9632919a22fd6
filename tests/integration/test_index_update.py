"""Bringing an index up to date: what is read, what is kept, what never goes backwards."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from indexer import work
from indexer.analysis import detail_of
from indexer.files.folder import Folder
from indexer.plan import Limits
from indexer.search import Searcher
from indexer.snapshot import GitSnapshot
from indexer.store.sqlite import SqliteStore
from indexer.update import Overtaken, Report, Updater
from indexer.work import Job, Workers, analyse_batch

BRANCH = "topic"


class Scene:
    """A git repository and an index of it."""

    def __init__(self, root: Path) -> None:
        self.repo = root / "repo"
        self.repo.mkdir()
        self.store = SqliteStore(root / "index.sqlite3")
        self.updater = self.another()
        self.searcher = Searcher(self.store)
        self.git("init", "-q", "-b", "main")

    def another(self, limits: Limits | None = None) -> Updater:
        return Updater(self.store, now=lambda: datetime.now(UTC), workers=0, limits=limits)

    def git(self, *words: str) -> str:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        done = subprocess.run(["git", *who, *words], cwd=self.repo, check=True, capture_output=True)
        return done.stdout.decode().strip()

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.repo / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def commit(self, files: dict[str, str] | None = None) -> str:
        self.write(files or {})
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "x")
        return self.git("rev-parse", "HEAD")

    def index(self, commit: str = "", *, ref: str = "", expected: int | None = None) -> Report:
        source = GitSnapshot(self.repo / ".git", commit or self.git("rev-parse", "HEAD"))
        return self.updater.refresh(1, source, ref=ref, expected=expected)

    def found(self, words: str, *, ref: str = "") -> list[str]:
        return [hit.path for hit in self.searcher.search(1, words, ref=ref, k=5).hits]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.store.close()


def word(number: int) -> str:
    """Return a word that shares no part with that of another number."""
    return "w" + "".join(chr(ord("a") + int(digit)) for digit in str(number)) + "x"


def blobs_of(scene: Scene) -> Iterator[tuple[str, str, bytes]]:
    """Yield what an earlier, killed indexing of the Python files has made jobs of."""
    for line in scene.git("ls-tree", "-r", "HEAD").splitlines():
        facts, _, path = line.partition("\t")
        yield f"{facts.split()[2]}/python", "python", (scene.repo / path).read_bytes()


def several(count: int) -> dict[str, str]:
    return {f"src/part{n}.py": f"def {word(n)}():\n    return {n}\n" for n in range(count)}


def test_first_index_holds_every_file(scene: Scene) -> None:
    scene.commit({**several(3), "logo.png": "\0", "poetry.lock": "x", "README.md": "# Parts\n"})

    report = scene.index()

    assert (report.read, report.analysed, report.indexed) == (4, 4, 4)
    assert report.left_out == {"binary": 1, "generated": 1}
    assert report.languages == {"python": 3, "markdown": 1}
    assert scene.found(word(2)) == ["src/part2.py"]


def test_same_commit_is_nothing_to_do(scene: Scene) -> None:
    scene.commit({**several(2), "logo.png": "\0"})
    scene.index()

    again = scene.index()

    assert (again.changed, again.read) == (False, 0)
    assert (again.files, again.indexed, again.left_out) == (3, 2, {"binary": 1})


def test_push_costs_what_it_changes(scene: Scene) -> None:
    scene.commit(several(50))
    scene.index()
    scene.searcher.search(1, word(1))

    scene.commit({"src/part7.py": "def other():\n    return 'seven'\n"})
    report = scene.index()

    assert (report.read, report.analysed, report.indexed) == (1, 1, 50)
    assert scene.found("other seven")[0] == "src/part7.py"
    assert "src/part7.py" not in scene.found(word(7))


def test_rename_takes_nothing_apart_again(scene: Scene) -> None:
    scene.commit(several(3))
    scene.index()

    scene.git("mv", "src/part1.py", "src/moved.py")
    scene.commit()
    report = scene.index()

    assert (report.read, report.analysed, report.removed) == (1, 0, 1)
    assert scene.found(word(1)) == ["src/moved.py"]


def test_deleted_files_are_not_found(scene: Scene) -> None:
    scene.commit(several(3))
    scene.index()

    scene.git("rm", "-q", "src/part1.py")
    scene.commit()
    report = scene.index()

    assert report.removed == 1
    assert scene.found(word(1)) == []
    assert len(scene.store.blobs(1)) == 2


def test_force_push_to_an_older_tree_is_followed(scene: Scene) -> None:
    old = scene.commit({"a.py": "def before():\n    pass\n"})
    scene.commit({"a.py": "def after():\n    pass\n"})
    scene.index()

    report = scene.index(old)

    assert report.changed
    assert (scene.found("before"), scene.found("after")) == (["a.py"], [])


def test_large_push_is_one_change(scene: Scene) -> None:
    scene.commit({"a.py": "x = 1\n"})
    scene.index()
    scene.commit(several(2_000))

    report = scene.index()

    assert (report.read, report.indexed) == (2_000, 2_001)
    assert scene.found(word(1234))[0] == "src/part1234.py"


def test_change_of_attributes_is_seen_by_files_that_did_not_change(scene: Scene) -> None:
    scene.commit(several(3))
    scene.index()

    scene.commit({".gitattributes": "src/part1.py linguist-generated\n"})
    report = scene.index()

    assert report.left_out == {"generated": 1}
    assert scene.found(word(1)) == []


def test_branch_is_the_default_branch_and_its_own_difference(scene: Scene) -> None:
    scene.commit({**several(4), "old.py": "def ancient():\n    pass\n"})
    scene.index()
    scene.git("checkout", "-q", "-b", BRANCH)
    scene.git("rm", "-q", "old.py")
    scene.commit({"src/part2.py": "def renewed():\n    pass\n", "new.py": "def fresh(): pass\n"})

    report = scene.index(ref=BRANCH)

    assert (report.read, report.analysed) == (2, 2)
    assert set(scene.store.files(1, BRANCH)) == {"old.py", "src/part2.py", "new.py"}
    assert scene.found("renewed", ref=BRANCH) == ["src/part2.py"]
    assert scene.found("ancient", ref=BRANCH) == []
    assert scene.found(word(3), ref=BRANCH) == ["src/part3.py"]
    assert scene.found("ancient") == ["old.py"]
    assert scene.found("fresh") == []


def test_branch_follows_when_only_the_default_one_moved(scene: Scene) -> None:
    scene.commit({"old.py": "def ancient(): pass\n", **several(3)})
    scene.index()
    scene.git("checkout", "-q", "-b", BRANCH)
    tip = scene.commit({"new.py": "def fresh(): pass\n"})
    scene.index(ref=BRANCH)
    scene.git("checkout", "-q", "main")
    scene.commit({"old.py": "def modern(): pass\n", "later.py": "def afterwards(): pass\n"})
    scene.index()

    report = scene.index(tip, ref=BRANCH)

    assert report.changed
    assert scene.found("ancient", ref=BRANCH) == ["old.py"]
    assert scene.found("modern", ref=BRANCH) == scene.found("afterwards", ref=BRANCH) == []
    assert not scene.index(tip, ref=BRANCH).changed


def test_files_whose_analyses_others_tidied_away_are_taken_apart_again(scene: Scene) -> None:
    scene.commit(several(4))

    def tidied(done: int, _total: int) -> None:
        if done == 4:
            scene.store.tidy(1)

    scene.store.put_blobs(1, analyse_batch([Job(*one) for one in blobs_of(scene)]))
    source = GitSnapshot(scene.repo / ".git", scene.git("rev-parse", "HEAD"))
    report = scene.updater.refresh(1, source, progress=tidied)

    assert report.indexed == 4
    assert [scene.found(word(n)) for n in range(4)] == [[f"src/part{n}.py"] for n in range(4)]


def test_branch_that_comes_to_equal_the_default_one_has_no_difference(scene: Scene) -> None:
    scene.commit(several(2))
    scene.index()
    scene.git("checkout", "-q", "-b", BRANCH)
    scene.commit({"new.py": "def fresh(): pass\n"})
    scene.index(ref=BRANCH)

    scene.git("rm", "-q", "new.py")
    scene.commit()
    scene.index(ref=BRANCH)

    assert scene.store.files(1, BRANCH) == {}


def test_older_commit_never_lands_over_a_newer_one(scene: Scene) -> None:
    scene.commit({"a.py": "def first(): pass\n"})
    scene.index()
    old = scene.commit({"a.py": "def second(): pass\n"})
    state = scene.store.state(1)
    assert state is not None
    slow = state.generation  # somebody looks the commit up, and is slow
    scene.commit({"a.py": "def third(): pass\n"})
    scene.index(expected=slow)

    with pytest.raises(Overtaken):
        scene.index(old, expected=slow)

    assert (scene.found("third"), scene.found("second")) == (["a.py"], [])


def test_change_in_the_middle_of_work_is_noticed_at_its_end(scene: Scene) -> None:
    scene.commit(several(3))
    commit = scene.git("rev-parse", "HEAD")
    overtaken: list[Report] = []

    def meanwhile(done: int, _total: int) -> None:
        if done == 2 and not overtaken:
            source = GitSnapshot(scene.repo / ".git", commit)
            overtaken.append(scene.another().refresh(1, source))

    with pytest.raises(Overtaken):
        scene.updater.refresh(1, GitSnapshot(scene.repo / ".git", commit), progress=meanwhile)

    state = scene.store.state(1)
    assert state is not None
    assert state.generation == 1


def test_killed_indexing_goes_on_where_it_was(scene: Scene, tmp_path: Path) -> None:
    scene.commit(several(600))
    commit = scene.git("rev-parse", "HEAD")
    program = (
        "import sys, time\n"
        "from datetime import UTC, datetime\n"
        "from pathlib import Path\n"
        "from indexer.snapshot import GitSnapshot\n"
        "from indexer.store.sqlite import SqliteStore\n"
        "from indexer.update import Updater\n"
        "store = SqliteStore(Path(sys.argv[1]))\n"
        "def slowly(done, total):\n"
        "    if done == 300:\n"
        "        print('half', flush=True)\n"
        "        time.sleep(60)\n"
        "updater = Updater(store, now=lambda: datetime.now(UTC), workers=0)\n"
        "updater.refresh(1, GitSnapshot(Path(sys.argv[2]), sys.argv[3]), progress=slowly)\n"
    )
    words = [program, str(tmp_path / "index.sqlite3"), str(scene.repo / ".git"), commit]
    child = subprocess.Popen([sys.executable, "-c", *words], stdout=subprocess.PIPE)
    assert child.stdout is not None
    with child.stdout:
        child.stdout.readline()
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    assert scene.store.state(1) is None  # nobody sees half an index

    report = scene.index()

    assert report.indexed == 600
    assert 300 <= report.analysed <= 400


def test_new_version_takes_everything_apart_again(scene: Scene) -> None:
    scene.commit(several(5))
    scene.index()
    with scene.store._connection() as connection:
        connection.execute("UPDATE snapshots SET version = 0")
        connection.execute("UPDATE blobs SET version = 0")

    report = scene.index()

    assert report.analysed == 5
    assert scene.found(word(3)) == ["src/part3.py"]


def test_code_comes_first_where_there_is_too_much(scene: Scene) -> None:
    scene.commit({**several(3), "tests/test_a.py": "x = 1\n", "docs.md": "# D\n", "z.json": "{}\n"})
    updater = scene.another(Limits(files=4))

    report = updater.refresh(1, GitSnapshot(scene.repo / ".git", scene.git("rev-parse", "HEAD")))

    assert report.left_out == {"beyond the limit": 2}
    assert set(scene.store.files(1)) == {*several(3), "tests/test_a.py"}


def test_empty_repository_is_an_empty_index(scene: Scene) -> None:
    scene.commit()

    report = scene.index()

    assert (report.indexed, report.left_out) == (0, {})
    assert scene.found("anything") == []


def test_folder_is_read_again_only_where_it_changed(scene: Scene) -> None:
    scene.write(several(20))
    scene.updater.refresh(1, Folder(scene.repo))
    scene.write({"src/part3.py": "def other3():\n    return 'x'\n"})

    report = scene.updater.refresh(1, Folder(scene.repo))

    assert (report.read, report.analysed) == (1, 1)
    assert not scene.updater.refresh(1, Folder(scene.repo)).changed


def test_unreadable_text_does_no_harm(scene: Scene) -> None:
    odd = {"nul.py": "a = 1\0\n", "deep.js": "[" * 100_000, "line.ts": "x" * 900_000}
    scene.write({**odd, "good.py": "def good(): pass\n", "cr.py": "def mac():\r  pass\r"})
    (scene.repo / "wide.py").write_bytes("def breit(): pass\n".encode("utf-16"))
    (scene.repo / "latin.py").write_bytes(b"def caf\xe9(): pass\n")

    report = scene.updater.refresh(1, Folder(scene.repo))

    assert report.indexed + sum(report.left_out.values()) == 7
    assert scene.found("good")[0] == "good.py"
    assert scene.found("breit")[0] == "wide.py"


@pytest.mark.slow
def test_twenty_thousand_files_fit_into_little_memory(scene: Scene) -> None:
    for start in range(0, 20_000, 1_000):
        folder = scene.repo / f"d{start}"
        folder.mkdir()
        for n in range(start, start + 1_000):
            (folder / f"f{n}.py").write_text(f"def name{n}():\n    return {n}\n")
    program = (
        "import sys\n"
        "from datetime import UTC, datetime\n"
        "from pathlib import Path\n"
        "from indexer.files.folder import Folder\n"
        "from indexer.store.sqlite import SqliteStore\n"
        "from indexer.update import Updater\n"
        "store = SqliteStore(Path(sys.argv[1]))\n"
        "updater = Updater(store, now=lambda: datetime.now(UTC), workers=0)\n"
        "report = updater.refresh(1, Folder(Path(sys.argv[2])))\n"
        # Its own high-water mark: that of `getrusage` would remember who started it.
        "peak = Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0]\n"
        "print(report.indexed, int(peak) // 1024)\n"
    )
    words = [program, str(scene.store.path), str(scene.repo)]

    said = subprocess.run([sys.executable, "-c", *words], check=True, capture_output=True)
    indexed, megabytes = map(int, said.stdout.split())

    assert indexed == 20_000
    assert megabytes < 400


def test_worker_that_dies_costs_no_file() -> None:
    workers = Workers(1)
    jobs = [Job(f"{n}/python", "python", b"def a(): pass\n") for n in range(3)]
    seen = dict(next(workers.analysed(jobs)))
    assert workers._pool is not None
    for pid in list(workers._pool._processes):
        os.kill(pid, signal.SIGKILL)
    time.sleep(0.2)  # noqa: TID251 - the pool notices by itself

    again = dict(next(workers.analysed(jobs)))
    workers.close()

    assert set(seen) == set(again) == {job.blob for job in jobs}


def test_file_that_takes_too_long_is_cut_by_lines() -> None:
    workers = Workers(1, batch_s=3.0, file_s=1.0)
    slow = ("!" * 9_000 + "\n") * 30  # minutes of work for the grammar
    jobs = [
        Job("a/javascript", "javascript", b"function a() {}\n"),
        Job("b/javascript", "javascript", slow.encode()),
    ]

    found = dict(next(workers.analysed(jobs)))
    workers.close()

    assert set(found) == {"a/javascript", "b/javascript"}


def test_processes_that_cannot_start_are_told_and_not_blamed_on_the_files(tmp_path: Path) -> None:
    program = tmp_path / "program.py"  # a process that is started runs it again, and dies of that
    program.write_text(
        "from indexer.work import Job, Workers\n"
        "jobs = [Job(f'{n}/python', 'python', b'x = 1') for n in range(200)]\n"
        "list(Workers(1, file_s=1.0).analysed(jobs))\n"
    )
    environment = {"PATH": os.defpath, "PYTHONPATH": str(Path(__file__).parents[2])}

    done = subprocess.run(
        [sys.executable, str(program)],
        env=environment,
        check=False,
        capture_output=True,
        timeout=300,
    )

    assert b"Unavailable: no process can be started" in done.stderr
    assert b"could not be parsed" not in done.stdout + done.stderr


def test_start_of_a_process_is_not_a_file_s_time() -> None:
    workers = Workers(1, batch_s=0.01, file_s=0.5)  # no process begins in less
    job = Job("a/python", "python", b"class A:\n    def nested(self): pass\n")

    found = dict(next(workers.analysed([job])))
    workers.close()

    names = {one.name for one in detail_of(found["a/python"].detail).symbols}
    assert names == {"A", "nested"}


def test_workers_rest_when_there_is_nothing_to_do() -> None:
    workers = Workers(1, idle_s=0.2)
    list(workers.analysed([Job("a/python", "python", b"x = 1\n")]))

    for _ in range(100):
        if workers._pool is None:
            break
        work._pause.wait(0.1)

    assert workers._pool is None


def test_versions_come_from_locks_although_locks_are_left_out(scene: Scene) -> None:
    lock = '[[package]]\nname = "django"\nversion = "5.1.3"\n'
    manifest = '[project]\nname = "x"\ndependencies = ["django>=5"]\n'
    scene.commit({"pyproject.toml": manifest, "uv.lock": lock, **several(30)})

    report = scene.index()

    assert report.left_out == {"generated": 1}
    assert dependencies(scene) == {"django": "5.1.3"}


def test_push_of_nothing_but_a_lock_changes_the_versions(scene: Scene) -> None:
    lock = '[[package]]\nname = "django"\nversion = "5.1.3"\n'
    manifest = '[project]\nname = "x"\ndependencies = ["django>=5"]\n'
    scene.commit({"pyproject.toml": manifest, "uv.lock": lock, **several(30)})
    scene.index()
    scene.commit({"uv.lock": lock.replace("5.1.3", "5.2.0")})

    scene.index()

    assert dependencies(scene) == {"django": "5.2.0"}


def test_folder_sees_that_its_lock_changed(scene: Scene) -> None:
    lock = '[[package]]\nname = "django"\nversion = "5.1.3"\n'
    manifest = '[project]\nname = "x"\ndependencies = ["django>=5"]\n'
    scene.write({"pyproject.toml": manifest, "uv.lock": lock, **several(30)})
    scene.updater.refresh(1, Folder(scene.repo))
    scene.write({"uv.lock": lock.replace("5.1.3", "5.2.0 ")})

    scene.updater.refresh(1, Folder(scene.repo))

    assert dependencies(scene) == {"django": "5.2.0 "}


def test_attributes_say_what_a_file_is_and_what_counts(scene: Scene) -> None:
    attributes = (
        "*.tpl linguist-language=PHP\nguide/** linguist-documentation\n"
        "gen.go -linguist-detectable\n*.sql linguist-detectable\n"
    )
    scene.commit(
        {
            ".gitattributes": attributes,
            "page.tpl": "<?php function shown() {} ?>\n",
            "guide/big.rs": "fn long() {}\n" * 90,
            "gen.go": "package a\n" * 90,
            "schema.sql": "CREATE TABLE t (a INT);\n" * 9,
            "web/.gitattributes": "*.tpl linguist-language=JavaScript\n",
            "web/page.tpl": "function clicked() {}\n",
        }
    )

    report = scene.index()

    assert report.languages["php"] == report.languages["javascript"] == 1
    assert scene.found("clicked")[0] == "web/page.tpl"
    state = scene.store.state(1)
    assert state is not None
    assert list(state.context["languages"]) == ["sql", "php", "javascript"]


def test_two_dialects_are_one_language(scene: Scene) -> None:
    scene.commit({"a.ts": "let a = 1\n" * 3, "b.tsx": "let b = 1\n" * 3, "c.js": "let c\n" * 8})

    scene.index()

    state = scene.store.state(1)
    assert state is not None
    assert state.context["language"] == "typescript"


def dependencies(scene: Scene) -> dict[str, str]:
    state = scene.store.state(1)
    assert state is not None
    return {one["name"]: one["version"] for one in state.context["dependencies"]}
