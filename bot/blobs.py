"""Files that outlive machines, in a folder or an S3-compatible store: checkpoints and bundles.

One library for both (`obstore`), loaded at first use.
"""

import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Protocol, Self
from urllib.parse import unquote, urlsplit

import structlog
from pydantic import SecretStr

from bot.errors import BadSettings, NotFound, Unavailable

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_CHUNK = 1024 * 1024
log = structlog.get_logger()


class StoreSettings(Protocol):
    """What the operator chose for the store."""

    @property
    def store(self) -> str:
        """The address: ``file:///folder`` or ``s3://bucket/prefix``."""
        ...

    @property
    def store_endpoint(self) -> str:
        """Where S3 is, if not at Amazon."""
        ...

    @property
    def store_region(self) -> str:
        """The region of the bucket."""
        ...

    @property
    def store_access_key(self) -> str:
        """The key's name; empty means that of the machine."""
        ...

    @property
    def store_secret_key(self) -> SecretStr:
        """The key."""
        ...


class Blobs:
    """Bytes by name; names are ``/``-separated and made by us.

    *url* is ``file:///folder`` or ``s3://bucket/prefix``; *endpoint*, *region* and the keys are
    for S3, where empty keys mean those of the machine; a store that is away is asked again for
    *patience_s* seconds.
    """

    def __init__(
        self,
        url: str,
        *,
        endpoint: str = "",
        region: str = "",
        access_key: str = "",
        secret_key: SecretStr | None = None,
        patience_s: float = 20.0,
    ) -> None:
        scheme = urlsplit(url).scheme
        if scheme not in ("file", "s3"):
            raise BadSettings(f"a store is file:///folder or s3://bucket/prefix, not {scheme}://")
        self._url = url
        self._options = {
            "endpoint": endpoint,
            "region": region,
            "access_key_id": access_key,
            "secret_access_key": secret_key.get_secret_value() if secret_key else "",
        }
        self._patience_s = patience_s
        self._opened: ObjectStore | None = None

    @classmethod
    def of(cls, settings: StoreSettings, *, patience_s: float = 20.0) -> Self:
        """Return the store of the *settings*."""
        return cls(
            settings.store,
            endpoint=settings.store_endpoint,
            region=settings.store_region,
            access_key=settings.store_access_key,
            secret_key=settings.store_secret_key,
            patience_s=patience_s,
        )

    @property
    def folder(self) -> Path | None:
        """Where the files lie on this machine, unseen by other coordinators; None for S3."""
        parts = urlsplit(self._url)
        return Path(unquote(parts.path)) if parts.scheme == "file" else None

    async def put(self, name: str, data: bytes | Path) -> None:
        """Keep *data* under *name*; what was there is replaced as a whole."""
        import obstore

        with _sentences(name):
            await obstore.put_async(self._store, name, data)

    async def get(self, name: str) -> bytes:
        """Return what is kept under *name*; raise `NotFound`."""
        import obstore

        with _sentences(name):
            result = await obstore.get_async(self._store, name)
            return bytes(await result.bytes_async())

    async def stream(self, name: str) -> AsyncIterator[bytes]:
        """Yield what is kept under *name* in pieces; raise `NotFound`."""
        import obstore

        with _sentences(name):
            result = await obstore.get_async(self._store, name)
            async for piece in result.stream(min_chunk_size=_CHUNK):
                yield bytes(piece)

    async def get_file(self, name: str, path: Path) -> Path:
        """Copy what is kept under *name* to the file *path*; raise `NotFound`."""
        with path.open("wb") as file:
            async for piece in self.stream(name):
                file.write(piece)
        return path

    async def has(self, name: str) -> bool:
        """Whether something is kept under *name*."""
        import obstore

        try:
            with _sentences(name):
                await obstore.head_async(self._store, name)
        except NotFound:
            return False
        return True

    async def names(self, folder: str) -> list[str]:
        """Return the names below *folder*, sorted."""
        import obstore

        with _sentences(folder):
            pages = [page async for page in obstore.list(self._store, folder)]
        return sorted(str(PurePosixPath(entry["path"])) for page in pages for entry in page)

    async def remove(self, names: Sequence[str]) -> None:
        """Delete what is kept under *names*; what is gone is fine."""
        import obstore

        for name in names:
            with contextlib.suppress(NotFound), _sentences(name):
                await obstore.delete_async(self._store, name)

    @property
    def _store(self) -> "ObjectStore":
        if self._opened is None:
            self._opened = self._open()
        return self._opened

    def _open(self) -> "ObjectStore":
        from obstore.store import LocalStore, S3Store

        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return LocalStore(self.folder)
        chosen: Any = {name: value for name, value in self._options.items() if value}
        plain: Any = {"allow_http": self._options["endpoint"].startswith("http://")}
        again: Any = {"max_retries": 5, "retry_timeout": timedelta(seconds=self._patience_s)}
        return S3Store.from_url(self._url, config=chosen, client_options=plain, retry_config=again)


@contextlib.contextmanager
def _sentences(name: str) -> Any:
    """Turn what the library raises into errors of ours; its own words may show a request."""
    from obstore.exceptions import BaseError

    try:
        yield
    except FileNotFoundError as error:
        raise NotFound(f"nothing is kept under {name}") from error
    except (BaseError, OSError) as error:
        log.warning("the store failed", error=type(error).__name__, blob=name)
        raise Unavailable("the store of checkpoints and bundles cannot be reached") from error
