"""Whom to ask for embeddings, and how: for texts of an index and for queries."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from bot.errors import CadenceError
from bot.settings import Settings
from indexer.embed import QUERY_PATIENCE, OpenAIEmbedder
from indexer.meaning import bring_up_to_date
from indexer.ranking.query import gist
from indexer.store import Store, Vector

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Embeddings:
    """Whom to ask for embeddings."""

    url: str
    key: str
    model: str
    dimensions: int = 0

    @property
    def name(self) -> str:
        """What vectors are known by: those of two names are never compared."""
        return f"{self.model}@{self.dimensions}" if self.dimensions else self.model

    def called(self, name: str) -> "Embeddings":
        """Return the same endpoint with the model that vectors of *name* are of."""
        model, _, dimensions = name.partition("@")
        return replace(self, model=model, dimensions=int(dimensions or 0))

    def embedder(self, *, for_query: bool = False) -> OpenAIEmbedder:
        """Return somebody who asks; for one event loop."""
        return OpenAIEmbedder(
            model=self.model,
            url=self.url,
            key=self.key,
            dimensions=self.dimensions,
            patience=QUERY_PATIENCE if for_query else None,
        )

    async def bring_up_to_date(
        self, store: Store, repository: int, *, is_stopped: Callable[[], bool] = lambda: False
    ) -> int:
        """Make the vectors that an index lacks and return how many; blocks its event loop."""
        embedder = self.embedder()
        try:
            return await bring_up_to_date(
                store, repository, embedder, model=self.name, is_stopped=is_stopped
            )
        finally:
            await embedder.aclose()


class QueryVectors:
    """Vectors of queries, over connections that are kept; for one event loop."""

    def __init__(self, embeddings: Embeddings) -> None:
        self._embeddings = embeddings
        self._askers: dict[str, OpenAIEmbedder] = {}

    async def of(self, query: str, name: str) -> Vector | None:
        """Return the vector of *query* among those called *name*, None when nobody answers."""
        asker = self._askers.get(name)
        if asker is None:  # while another model's vectors are being made, the old ones answer
            asker = self._askers[name] = self._embeddings.called(name).embedder(for_query=True)
        try:
            vector = (await asker.embed([gist(query)]))[0]
        except CadenceError as error:
            log.warning("searched by words only", reason=str(error))
            return None
        return vector if vector.any() else None

    async def aclose(self) -> None:
        """Close the connections."""
        askers, self._askers = self._askers, {}
        for one in askers.values():
            await one.aclose()


def embeddings_of(settings: Settings) -> Embeddings | None:
    """Return whom the operator's settings name, None when nobody."""
    if not settings.embeds:
        return None
    return Embeddings(
        url=settings.embeddings_url or settings.openai_base_url,
        key=settings.embeddings_secret,
        model=settings.embeddings_model,
        dimensions=settings.embeddings_dimensions,
    )
