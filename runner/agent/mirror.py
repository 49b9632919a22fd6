"""A bare repository on this machine that keeps what was fetched, so that only news is fetched.

It is only ever read and written by git of ours, never seen from the sandbox; a run's own store
holds copies. Whatever is wrong with it, the run goes on without. A run may be killed at any moment:
its git, which may live on, holds the mirror until it ends, and who comes next takes away what a
git that was killed, too, left locked or half-written.
"""

import asyncio
import secrets
import shutil
from contextlib import ExitStack, suppress
from pathlib import Path

import structlog

from runner.agent.git import GitFailed, environment, git
from runner.agent.shelf import Busy, held

BASE = "refs/cadence/base"
_KNOWN = "refs/cadence/known"
_FETCH = ("fetch", "--quiet", "--no-tags", "--depth=1")
_ENV = environment({}, protocols=("file",))
log = structlog.get_logger()


async def take_from(mirror: str, store: Path) -> None:
    """Take what was fetched before into *store*, so that the server sends only what is new."""
    place = Path(mirror)
    if not mirror or not (place / "HEAD").exists():
        return
    is_broken = False
    with ExitStack() as stack:
        try:
            lock = await asyncio.to_thread(stack.enter_context, held(place, is_shared=True))
            what = (str(place), f"+{BASE}:{_KNOWN}")
            await git(*_FETCH, *what, env=_ENV, cwd=store, pass_fds=(lock,))
        except (Busy, OSError) as error:
            log.info("mirror not used", error=str(error))
        except GitFailed as error:
            log.warning("mirror is broken", error=str(error)[:200])
            is_broken = True
    if is_broken:
        await asyncio.to_thread(_throw_away, place)


async def put_into(mirror: str, store: Path) -> None:
    """Keep the base of *store* for the next run, under a name of its own until it is whole."""
    if not mirror:
        return
    place = Path(mirror)
    fresh = place.with_name(f"{place.name}.{secrets.token_hex(4)}")
    with ExitStack() as stack:
        try:
            lock = await asyncio.to_thread(stack.enter_context, held(place))
            if (place / "HEAD").exists():
                await asyncio.to_thread(tidy, place)
                await _kept(store, place, lock)
            else:
                await git("init", "--quiet", "--bare", "--template=", str(fresh), env=_ENV)
                await git("config", "gc.autoDetach", "false", env=_ENV, cwd=fresh)
                await _kept(store, fresh, lock)
                shutil.rmtree(place, ignore_errors=True)
                fresh.rename(place)
        except (GitFailed, OSError) as error:
            log.warning("mirror not kept", error=str(error)[:200])
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


async def _kept(store: Path, mirror: Path, lock: int) -> None:
    what = ("--update-shallow", str(store), f"+{BASE}:{BASE}")
    await git(*_FETCH, *what, env=_ENV, cwd=mirror, pass_fds=(lock,))


def tidy(place: Path) -> None:
    """Remove what a killed git left in a mirror that we hold: its locks, and parts of packs."""
    for pattern in ("*.lock", "refs/**/*.lock", "objects/pack/tmp_*", "objects/??/tmp_obj_*"):
        for left in place.glob(pattern):
            with suppress(OSError):
                left.unlink()
                log.info("left by a killed git", name=left.name)


def _throw_away(place: Path) -> None:
    """Remove a broken mirror, unless another run has it in hand."""
    try:
        with held(place, wait_s=1.0):
            shutil.rmtree(place, ignore_errors=True)
    except OSError as error:
        log.info("broken mirror stays", error=str(error))
