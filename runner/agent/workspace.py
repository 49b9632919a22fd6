"""The checkout of one run: a bare store of ours, and a tree with its own ``.git`` for the cage.

The store is fetched once and never touched by the agent. The tree gets a copy of its objects; from
then on git runs in the tree only inside the cage, and only a bundle file comes back out of it.
A branch of ours that is already on the server is continued, so a retry builds on what is there.
"""

import asyncio
import contextlib
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from runner.agent.checkout import check_out
from runner.agent.clone import NEWEST, Source, fetch
from runner.agent.git import GitFailed, environment, git
from runner.agent.safe_files import take
from runner.agent.seams import Hands, RunFailed
from runner.spec import Person, RunSpec

COMMIT_TIMEOUT_S = 180.0
MAX_BUNDLE_BYTES = 512 * 1024 * 1024
MAX_FILE_BYTES = 256 * 1024
_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_RESULT = "refs/cadence/result"
# Runs inside the cage, in a repository that may be booby-trapped: whatever it sets off is caged.
# The commit is made on our own parent, so the agent may have committed, amended or switched.
_COMMIT = r"""
set -e
g() { git -c core.hooksPath=/dev/null -c core.fsmonitor=false -c commit.gpgSign=false \
          -c gc.auto=0 -c core.pager=cat "$@"; }
rm -f .git/index.lock
g add --all -- . >&2
tree=$(g write-tree)
if [ "$tree" = "$(g rev-parse "$PARENT^{tree}")" ]; then echo "result unchanged"; exit 0; fi
commit=$(printf '%s' "$MESSAGE" | g commit-tree "$tree" -p "$PARENT" -F -)
g update-ref "refs/heads/$BRANCH" "$commit"
g symbolic-ref HEAD "refs/heads/$BRANCH"
rm -rf ".git/$BUNDLE"
g bundle create --quiet ".git/$BUNDLE" "refs/heads/$BRANCH" "^$START" >&2
echo "result $commit"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit that came out of the cage."""

    sha: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffStat:
    """How much changed between the start and the newest commit."""

    files: int = 0
    added: int = 0
    removed: int = 0


@dataclass(slots=True, kw_only=True)
class Workspace:
    """One run's store and tree; *head* is our newest commit, *start* where the run began."""

    store: Path
    tree: Path
    branch: str
    base_sha: str
    start: str
    head: str
    left_out: tuple[str, ...] = ()

    @classmethod
    async def clone(
        cls,
        spec: RunSpec,
        token: str,
        root: Path,
        *,
        tree: Path,
        source: Source = NEWEST,
    ) -> "Workspace":
        """Clone the repository of *spec* below *root* and check it out in the empty *tree*.

        Files above 10 MB are left out (see *left_out*). Raises `RunFailed` with a sentence for
        the person who asked.
        """
        store = root / "store.git"
        fetched = await fetch(spec, token, store, source=source)
        start = fetched.branch_sha or fetched.base_sha
        left_out = await check_out(store, tree, start, spec=spec, url=fetched.url)
        return cls(
            store=store,
            tree=tree,
            branch=spec.branch,
            base_sha=fetched.base_sha,
            start=start,
            head=start,
            left_out=left_out,
        )

    async def base_file(self, path: str, *, limit: int = MAX_FILE_BYTES) -> str | None:
        """Return the text of *path* in the base commit; None when there is no such plain file."""
        listed = await self._git("ls-tree", "-z", self.base_sha, "--", path)
        mode, _, rest = listed.partition(" ")
        kind, _, rest = rest.partition(" ")
        if kind != "blob" or mode not in ("100644", "100755"):
            return None
        sha = rest.partition("\t")[0]
        with contextlib.suppress(GitFailed):  # a blob that was left out
            if int(await self._git("cat-file", "-s", sha)) <= limit:
                return await self._git("cat-file", "blob", sha)
        return None

    async def base_names(self) -> frozenset[str]:
        """Return the names in the root of the base commit."""
        listed = await self._git("ls-tree", "-z", "--name-only", self.base_sha)
        return frozenset(filter(None, listed.split("\0")))

    async def base_files(self, paths: Collection[str]) -> dict[str, str]:
        """Return the texts of those *paths* that are in the base commit."""
        found = {path: await self.base_file(path) for path in paths}
        return {path: text for path, text in found.items() if text is not None}

    async def commit(
        self, hands: Hands, message: str, *, author: Person, co_author: Person | None = None
    ) -> Commit | None:
        """Commit everything but ignored files on top of our last commit; None when nothing changed.

        What the agent committed itself becomes part of this commit.
        """
        bundle = f"cadence-{secrets.token_hex(8)}.bundle"
        text = with_trailer(message, co_author)
        settings = {
            "PARENT": self.head,
            "START": self.start,
            "BRANCH": self.branch,
            "BUNDLE": bundle,
            "MESSAGE": text,
            **_identity(author),
        }
        result = await hands.run(_COMMIT, timeout_s=COMMIT_TIMEOUT_S, env=settings)
        word, _, sha = result.output.strip().rpartition("\n")[2].partition(" ")
        if result.exit_code != 0 or word != "result":
            raise RunFailed(f"The changes could not be committed: {result.output.strip()[-300:]}")
        if sha == "unchanged":
            return None
        await self._import(sha, bundle)
        await self._check(sha, text, author)
        self.head = sha
        return Commit(sha=sha, subject=text.partition("\n")[0])

    async def _import(self, sha: str, name: str) -> None:
        """Fetch the bundle *name* out of the tree into the store and check that it holds *sha*."""
        path = self.store / "cadence.bundle"
        await asyncio.to_thread(take, self.tree, name, path, MAX_BUNDLE_BYTES)
        reference = f"refs/heads/{self.branch}"
        try:
            await git(
                *("fetch", "--quiet", "--no-tags", "--no-write-fetch-head"),
                *(str(path), f"+{reference}:{_RESULT}"),
                env=environment({"transfer.fsckObjects": "true"}, protocols=("file",)),
                cwd=self.store,
            )
            came = (await self._git("rev-parse", "--verify", _RESULT)).strip()
        except GitFailed as error:
            raise RunFailed(f"The bundle of the work is broken: {error}") from error
        if not _SHA.match(sha) or came != sha:
            raise RunFailed("The bundle of the work holds another commit than it should.")

    async def _check(self, sha: str, message: str, author: Person) -> None:
        """Look at the commit itself: the git that made it belongs to the agent."""
        form = "--format=%P%n%an%n%ae%n%cn%n%ce%n%B"
        shown = await self._git("log", "-1", form, sha)
        name, email = _plain(author.name), _plain(author.email)
        wanted = "\n".join((self.head, name, email, name, email, message))
        if shown.strip() != wanted.strip():
            raise RunFailed("The commit of the work is not the one that was asked for.")

    async def bundle(self, path: Path) -> Path:
        """Copy the bundle of everything since *start* to *path*; it needs *start* to be read."""
        if self.head == self.start:
            raise RunFailed("There is nothing to hand over.")
        await asyncio.to_thread(_copy, self.store / "cadence.bundle", path)
        return path

    async def diff_stat(self) -> DiffStat:
        """Return how much changed; binary files count as files only."""
        stat_ = DiffStat()
        for line in (await self._diff("--numstat", "-z")).split("\0"):
            added, _, rest = line.partition("\t")
            removed = rest.partition("\t")[0]
            if rest:
                lines = (int(text) if text.isdigit() else 0 for text in (added, removed))
                more_added, more_removed = lines
                stat_ = replace(
                    stat_,
                    files=stat_.files + 1,
                    added=stat_.added + more_added,
                    removed=stat_.removed + more_removed,
                )
        return stat_

    async def changed_files(self) -> list[str]:
        """Return the paths that differ between *start* and *head*."""
        return [path for path in (await self._diff("--name-only", "-z")).split("\0") if path]

    async def diff(self, limit: int = 200_000) -> str:
        """Return the change as a unified diff, visibly cut after *limit* characters."""
        text = await self._diff("--patch")
        return text if len(text) <= limit else f"{text[:limit]}\n[... diff cut ...]\n"

    async def _diff(self, *options: str) -> str:
        plain = ("--no-ext-diff", "--no-textconv", "--no-renames", "--no-color")
        try:
            return await self._git("diff", *plain, *options, self.start, self.head)
        except GitFailed:  # a file that was left out was replaced: its old text is not here
            if "--name-only" in options:
                raise
            return ""

    async def _git(self, *arguments: str) -> str:
        return await git(*arguments, env=environment({}), cwd=self.store)


def with_trailer(message: str, co_author: Person | None) -> str:
    """Return *message* as git wants it, with a trailer for *co_author*."""
    text = message.replace("\0", "").strip()
    if not text:
        raise RunFailed("A commit needs a message.")
    if co_author is None:
        return f"{text}\n"
    trailer = f"Co-authored-by: {_plain(co_author.name)} <{_plain(co_author.email)}>"
    return f"{text}\n\n{trailer}\n"


def _plain(text: str) -> str:
    """Return *text* as git keeps it in an identity: no brackets, no crud at its ends."""
    return re.sub(r"[<>\x00-\x1f\x7f]+", " ", text).strip(" .,:;\"\\'")


def _identity(person: Person) -> dict[str, str]:
    name, email = _plain(person.name), _plain(person.email)
    roles = ("AUTHOR", "COMMITTER")
    names = {f"GIT_{role}_NAME": name for role in roles}
    return names | {f"GIT_{role}_EMAIL": email for role in roles}


def _copy(source: Path, target: Path) -> None:
    target.write_bytes(source.read_bytes())
