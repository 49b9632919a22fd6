"""The indexes of all repositories: brought up to date from GitHub, asked, forgotten."""

import asyncio
import threading
import time
from collections.abc import Callable
from functools import partial

import structlog

from bot.db.installations import Installations
from bot.domain import Task
from bot.errors import GitHubRefused, NotFound, Unavailable
from bot.github.app import GitHubApp
from bot.indexing.embeddings import Embeddings, QueryVectors
from bot.publishing.mirrors import Mirrors
from indexer.search import Found, Searcher
from indexer.snapshot import GitSnapshot
from indexer.store import DEFAULT, State, Store, Vector
from indexer.update import Overtaken, Report, Updater
from runner.spec import Snippet

FIRST_ANSWER_S = 1.0  # an agent waits so long for a first index; its tool can ask later
BRANCH_S = 30.0  # a branch is looked at anew when it is asked for, no more often than this
_TRIES = 3
_MAX_SNIPPET = 4_000
log = structlog.get_logger()


class Indexes:
    """One index a repository, known by GitHub's number of it."""

    def __init__(
        self,
        store: Store,
        updater: Updater,
        searcher: Searcher,
        *,
        github: GitHubApp,
        mirrors: Mirrors,
        installations: Installations,
        clone_url: Callable[[str], str],
        max_clone_mb: int,
        embeddings: Embeddings | None = None,
        first_answer_s: float = FIRST_ANSWER_S,
    ) -> None:
        self._store = store
        self._updater = updater
        self._searcher = searcher
        self._github = github
        self._mirrors = mirrors
        self._installations = installations
        self._clone_url = clone_url
        self._max_clone_mb = max_clone_mb
        self._embeddings = embeddings
        self._first_answer_s = first_answer_s
        self._vectors = QueryVectors(embeddings) if embeddings else None
        self._stopped = threading.Event()
        self._turns: dict[int, asyncio.Lock] = {}
        self._seen: dict[tuple[int, str], float] = {}  # when a branch was last looked at
        self._first: dict[int, asyncio.Task[Report | None]] = {}

    async def close(self) -> None:
        """Stop what is under way; it goes on where it was at the next call."""
        self._stopped.set()
        for task in self._first.values():
            task.cancel()
        if self._vectors is not None:
            await self._vectors.aclose()
        await asyncio.to_thread(self._updater.close)
        await asyncio.to_thread(self._store.close)

    async def refresh(
        self, installation_id: int, repository_id: int, full_name: str, *, branch: str = ""
    ) -> Report | None:
        """Bring the index of the default branch, or of *branch*, up to what GitHub has now.

        None when the repository is not ours any more: its index is gone then, too. Raise
        `Unavailable` to be called again.
        """
        turn = self._turns.setdefault(repository_id, asyncio.Lock())
        async with turn:
            # What was queued may be of the time before the repository was renamed or transferred.
            known = await self._installations.place_of(repository_id)
            place = known or (installation_id, full_name)
            try:
                return await self._refreshed(*place, repository_id, branch)
            except (NotFound, GitHubRefused) as error:
                log.info("repository not indexed", repository_id=repository_id, reason=str(error))
                await self.forget(repository_id)
                return None
            finally:
                if not await self._installations.is_reached(repository_id):
                    await self.forget(repository_id)  # it went away while we worked

    @property
    def embeds(self) -> bool:
        """Whether there is anybody to make vectors."""
        return self._embeddings is not None

    async def embed(self, repository_id: int) -> int:
        """Make the vectors that the index of a repository lacks; return how many."""
        if self._embeddings is None:
            return 0

        # Reading and writing block: a loop of its own keeps them away from ours.
        work = self._embeddings.bring_up_to_date(
            self._store, repository_id, is_stopped=self._stopped.is_set
        )
        try:
            return await asyncio.to_thread(asyncio.run, work)
        finally:
            if not await self._installations.is_reached(repository_id):
                await self.forget(repository_id)  # it went away while we worked

    async def search(
        self, repository_id: int, text: str, *, ref: str = DEFAULT, k: int = 20
    ) -> Found:
        """Return what fits *text*; raise `NotFound` when there is no index."""
        vector = await self._vector(repository_id, text)
        ask = partial(self._searcher.search, repository_id, text, ref=ref, k=k, vector=vector)
        return await asyncio.to_thread(ask)

    async def search_at(
        self,
        installation_id: int,
        repository_id: int,
        full_name: str,
        text: str,
        *,
        ref: str,
        k: int,
    ) -> Found:
        """Return what fits *text* on the branch *ref*, which is brought up to date first.

        Raise `NotFound` when there is no index, or no such branch.
        """
        if ref == await self._installations.default_branch_of(repository_id):
            ref = DEFAULT
        if ref != DEFAULT and time.monotonic() - self._seen.get((repository_id, ref), 0) > BRANCH_S:
            await self.refresh(installation_id, repository_id, full_name, branch=ref)
            self._seen[repository_id, ref] = time.monotonic()
        return await self.search(repository_id, text, ref=ref, k=k)

    async def state(self, repository_id: int, ref: str = DEFAULT) -> State | None:
        """Return the newest snapshot, None when there is none."""
        return await asyncio.to_thread(self._store.state, repository_id, ref)

    async def snippets(
        self, task: Task, text: str, *, k: int, ref: str = DEFAULT
    ) -> tuple[str, tuple[Snippet, ...]]:
        """Return the mode and the places that fit *text* in the repository of *task*.

        A repository without an index gets one first, if that is quickly done. Raise `NotFound`
        when there still is none.
        """
        if await asyncio.to_thread(self._store.state, task.repository_id) is None:
            await self._index_first(task)
        found = await self.search_at(
            task.installation_id, task.repository_id, task.repository, text, ref=ref, k=k
        )
        return found.mode.value, tuple(
            Snippet(
                path=hit.path.encode("utf-8", "surrogateescape").decode("utf-8", "replace"),
                start_line=hit.start,
                end_line=hit.end,
                text=hit.text[:_MAX_SNIPPET],
                reason=f"{hit.priority.value}: {hit.reason}",
            )
            for hit in found.hits
        )

    async def forget(self, repository_id: int) -> None:
        """Drop everything of a repository: analyses, texts, vectors, costs, memory, its mirror."""
        await asyncio.to_thread(self._store.forget, repository_id)
        self._searcher.drop(repository_id)
        for seen in [one for one in self._seen if one[0] == repository_id]:
            self._seen.pop(seen, None)
        await self._mirrors.forget(repository_id)

    async def leave(self, installation_id: int, repository_id: int) -> None:
        """Drop what was fetched of a repository for an installation that has it no more."""
        await self._mirrors.forget(repository_id, installation_id=installation_id)

    async def forget_branch(self, repository_id: int, branch: str) -> None:
        """Drop what is kept of one branch."""
        if branch:
            await asyncio.to_thread(self._store.forget, repository_id, branch)
            await asyncio.to_thread(self._store.tidy, repository_id)

    async def _index_first(self, task: Task) -> None:
        known = self._first.get(task.repository_id)
        if known is None or known.done():
            known = asyncio.create_task(
                self.refresh(task.installation_id, task.repository_id, task.repository)
            )
            self._first[task.repository_id] = known
        try:
            await asyncio.wait_for(asyncio.shield(known), self._first_answer_s)
        except TimeoutError as error:
            raise NotFound("the repository is being indexed for the first time") from error

    async def _vector(self, repository_id: int, text: str) -> Vector | None:
        if self._vectors is None or not text.strip():
            return None
        state = await asyncio.to_thread(self._store.state, repository_id)
        if state is None or not state.model:
            return None
        return await self._vectors.of(text, state.model)

    async def _refreshed(
        self, installation_id: int, full_name: str, repository_id: int, branch: str
    ) -> Report | None:
        repository = self._github.repository(
            installation_id, full_name, repository_id=repository_id
        )
        info = await repository.get()
        if info.size_kb > self._max_clone_mb * 1024:
            raise GitHubRefused(f"{info.full_name} is larger than {self._max_clone_mb} MB")
        await self._installations.note_repository(
            installation_id, repository_id, info.full_name, info.default_branch
        )
        wanted = branch if branch and branch != info.default_branch else info.default_branch
        ref = DEFAULT if wanted == info.default_branch else wanted
        for _ in range(_TRIES):
            state = await asyncio.to_thread(self._store.state, repository_id, ref)
            expected = state.generation if state else 0
            source = await self._source(installation_id, repository_id, info.full_name, wanted)
            if source is None:
                await self.forget_branch(repository_id, ref)
                return None
            try:
                work = partial(self._updater.refresh, repository_id, source, ref=ref)
                return await asyncio.to_thread(work, expected=expected, progress=self._stop)
            except Overtaken:
                continue
        raise Unavailable("the index is being brought up to date by others again and again")

    async def _source(
        self, installation_id: int, repository_id: int, full_name: str, branch: str
    ) -> GitSnapshot | None:
        token = await self._github.mint(
            installation_id, repository_ids=[repository_id], permissions={"contents": "read"}
        )
        url = self._clone_url(full_name)
        try:
            async with self._mirrors.hold(installation_id, repository_id, url) as mirror:
                tip = (await mirror.heads(branch, token=token.value)).get(branch)
                if tip is None:  # nothing was pushed yet, or the branch is gone
                    return None
                await mirror.fetch(branch, tip, token=token.value, alone=True)
                await mirror.pack()
                return await asyncio.to_thread(GitSnapshot, mirror.git.directory, tip)
        finally:
            await self._github.revoke(token)

    def _stop(self, _done: int, _total: int) -> None:
        if self._stopped.is_set():
            raise Unavailable("the coordinator is stopping")
