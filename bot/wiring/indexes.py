"""What the coordinator's indexes are made of, by its settings."""

from datetime import UTC, datetime

from bot.db.engine import Database
from bot.db.installations import Installations
from bot.github.app import GitHubApp
from bot.indexing.embeddings import embeddings_of
from bot.indexing.indexes import Indexes
from bot.publishing.mirrors import Mirrors
from bot.settings import Settings, child_environment
from indexer.plan import Limits
from indexer.search import Searcher
from indexer.store import Store
from indexer.store.postgres import PostgresStore
from indexer.store.sqlite import SqliteStore
from indexer.update import Updater

_MB = 1024 * 1024


def indexes_of(settings: Settings, database: Database, github: GitHubApp) -> Indexes:
    """Return the indexes; opens their store, which blocks.

    On SQLite they have a file of their own: long writes hold up no delivery, and it needs no
    backup, since it can be made again.
    """
    store: Store
    if database.is_sqlite:
        store = SqliteStore(settings.data_dir / "index.sqlite3")
    else:
        store = PostgresStore(database.system_url)
    limits = Limits(files=settings.index_max_files, size=settings.index_max_mb * _MB)
    return Indexes(
        store,
        Updater(
            store, now=lambda: datetime.now(UTC), workers=settings.index_workers, limits=limits
        ),
        Searcher(store, memory=settings.index_memory_mb * _MB),
        github=github,
        mirrors=Mirrors(settings.data_dir / "mirrors", environment=child_environment()),
        installations=Installations(database),
        clone_url=settings.clone_url,
        max_clone_mb=settings.max_clone_mb,
        embeddings=embeddings_of(settings),
    )
