"""The working tree of a checkpoint: made and put back by git inside the cage, carried as bundles.

A snapshot is a commit of every file but the ignored ones; beside it stands one with the staged
tree and the exclusions. Each bundle holds what the one before it did not, and the first what the
start of the run did not. Nothing of what a tree says is believed outside the cage.
"""

import asyncio
import secrets
import shutil
from pathlib import Path

from runner.agent.safe_files import take
from runner.agent.seams import Hands, RunFailed
from runner.spec import TreeState

TIMEOUT_S = 120.0
MAX_BUNDLE_BYTES = 64 * 1024 * 1024
# Neither the agent's settings nor a tree's attributes may change bytes on their way through git.
_GIT = r"""
set -e
g() { git -c core.hooksPath=/dev/null -c core.fsmonitor=false -c commit.gpgSign=false \
          -c gc.auto=0 -c core.pager=cat -c core.untrackedCache=false -c core.fileMode=true \
          -c core.symlinks=true -c core.autocrlf=false -c core.safecrlf=false \
          -c core.sparseCheckout=false -c core.excludesFile=/dev/null "$@"; }
raw() {
  [ -d .git/info ] || mkdir -p .git/info
  if [ -e .git/cadence-attributes ]; then :
  elif [ -e .git/info/attributes ]; then mv .git/info/attributes .git/cadence-attributes
  else : > .git/cadence-attributes; fi
  echo '* -text -ident -filter -working-tree-encoding' > .git/info/attributes
  trap cooked EXIT
}
cooked() {
  if [ -s .git/cadence-attributes ]; then mv .git/cadence-attributes .git/info/attributes
  else rm -f .git/cadence-attributes .git/info/attributes; fi
  trap - EXIT
}
# As old as the one it is a copy of: a file that was written in the same second, and is as long as
# before, is told apart only by an index that is not younger.
mine() { cp .git/index .git/cadence-index; touch -r .git/index .git/cadence-index; }
changes_bytes() { [ -n "$(g ls-files -- .gitattributes '**/.gitattributes')" ]; }
"""
# An index of our own remembers what was seen, so that only files that changed are read again; one
# that begins where attributes changed bytes has seen nothing yet.
_SNAPSHOT = (
    _GIT
    + r"""
export GIT_AUTHOR_NAME=cadence GIT_AUTHOR_EMAIL=cadence@localhost GIT_AUTHOR_DATE='@0 +0000'
export GIT_COMMITTER_NAME=cadence GIT_COMMITTER_EMAIL=cadence@localhost
export GIT_COMMITTER_DATE="$GIT_AUTHOR_DATE"
own=.git/cadence-index
rm -f "$own.lock"
staged=$(g write-tree 2>/dev/null || g rev-parse 'HEAD^{tree}')
if [ ! -f "$own" ]; then
  if changes_bytes; then GIT_INDEX_FILE="$own" g read-tree "$staged"; else mine; fi
fi
raw
GIT_INDEX_FILE="$own" g add --all -- . >&2
cooked
tree=$(GIT_INDEX_FILE="$own" g write-tree)
head=$(g rev-parse --verify --quiet HEAD || true)
ref=$(g symbolic-ref --quiet HEAD || true)
touch .git/info/exclude
excluded=$(g hash-object -w --no-filters .git/info/exclude)
kept=$(printf '040000 tree %s\tstaged\n100644 blob %s\texcluded\n' "$staged" "$excluded" | g mktree)
head=${head:-$START}
if [ -n "$LAST_SNAPSHOT" ] && [ "$head $ref" = "$LAST_HEAD" ] \
    && [ "$tree" = "$(g rev-parse "$LAST_SNAPSHOT^{tree}")" ] \
    && [ "$kept" = "$(g rev-parse "$LAST_STATE^{tree}")" ]; then
  echo "state $LAST_SNAPSHOT $LAST_STATE $head $ref"; exit 0
fi
snapshot=$(g commit-tree "$tree" -p "${LAST_SNAPSHOT:-$START}" -m snapshot)
state=$(g commit-tree "$kept" -p "${LAST_SNAPSHOT:-$START}" -m state)
g update-ref refs/cadence/snapshot "$snapshot"
g update-ref refs/cadence/state "$state"
g update-ref refs/cadence/head "$head"
rm -rf ".git/$BUNDLE"
not=; for known in $KNOWN; do not="$not ^$known"; done
g bundle create --quiet ".git/$BUNDLE" refs/cadence/snapshot refs/cadence/state \
    refs/cadence/head $not >&2
echo "state $snapshot $state $head $ref"
"""
)
_UNPACK = (
    _GIT
    + r"""
for bundle in $BUNDLES; do g bundle unbundle ".git/$bundle" > /dev/null; rm -f ".git/$bundle"; done
"""
)
# With attributes about, equal names do not mean equal bytes: then every file is written anew.
_PUT_BACK = (
    _GIT
    + r"""
rm -f .git/index.lock
g cat-file blob "$STATE:excluded" > .git/info/exclude
if [ -n "$REF" ]; then
  g update-ref --no-deref "$REF" "$HEAD_SHA"; g symbolic-ref HEAD "$REF"
else
  g update-ref --no-deref HEAD "$HEAD_SHA"
fi
anew=; if changes_bytes; then anew=yes; fi
raw
g read-tree --reset -u "$SNAPSHOT"
if [ -n "$anew" ]; then rm -f .git/index; g read-tree --reset -u "$SNAPSHOT"; fi
g clean --quiet -d --force -- .
cooked
rm -f .git/cadence-index
mine
g read-tree --reset "$STATE:staged"
g update-index -q --refresh || true
echo restored
"""
)


class Snapshots:
    """The chain of bundles of one tree."""

    def __init__(self, hands: Hands, tree: Path, *, base_sha: str, start: str, head: str) -> None:
        self._hands = hands
        self._tree = tree
        self._base_sha = base_sha
        self._start = start
        self._head = head
        self.last: TreeState | None = None

    async def take(self, *, afresh: bool = False) -> tuple[TreeState, Path | None]:
        """Return the tree as it is and a bundle of what is new, None when nothing changed.

        *afresh* makes a bundle of everything since the start; the caller deletes the file.
        Raises `RunFailed` for a tree that git cannot read or that has grown too large.
        """
        last = None if afresh else self.last
        bundle = f"cadence-{secrets.token_hex(8)}.bundle"
        settings = {
            "START": self._start,
            "BUNDLE": bundle,
            "LAST_SNAPSHOT": last.snapshot if last else "",
            "LAST_STATE": last.state if last else "",
            "LAST_HEAD": f"{last.agent_head} {last.head_ref}" if last else "",
            "KNOWN": " ".join(_known(self._start, last)),
        }
        result = await self._hands.run(_SNAPSHOT, timeout_s=TIMEOUT_S, env=settings)
        words = result.output.strip().rpartition("\n")[2].split(" ")
        if result.exit_code != 0 or len(words) < 4 or words[0] != "state":
            raise RunFailed(f"The tree could not be kept: {result.output.strip()[-300:]}")
        state = TreeState(
            base_sha=self._base_sha,
            start=self._start,
            head=self._head,
            snapshot=words[1],
            state=words[2],
            agent_head=words[3],
            head_ref=words[4] if len(words) > 4 else "",
        )
        self.last = state
        if last is not None and state.snapshot == last.snapshot and state == last:
            return state, None
        target = self._tree.parent / bundle
        await asyncio.to_thread(take, self._tree, bundle, target, MAX_BUNDLE_BYTES)
        return state, target

    async def unpack(self, bundles: list[Path]) -> None:
        """Bring the objects of *bundles* into the tree's repository; raise `RunFailed`."""
        names = []
        for number, path in enumerate(bundles):
            name = f"cadence-restore-{number}.bundle"
            await asyncio.to_thread(_lent, path, self._tree / ".git" / name)
            names.append(name)
        env = {"BUNDLES": " ".join(names)}
        result = await self._hands.run(_UNPACK, timeout_s=TIMEOUT_S, env=env)
        if result.exit_code != 0:
            raise RunFailed(f"A checkpoint could not be read: {result.output.strip()[-300:]}")

    async def put_back(self, state: TreeState) -> None:
        """Make the tree what *state* says: files, index, branch, exclusions; raise `RunFailed`."""
        settings = {
            "SNAPSHOT": state.snapshot,
            "STATE": state.state,
            "HEAD_SHA": state.agent_head,
            "REF": state.head_ref,
        }
        result = await self._hands.run(_PUT_BACK, timeout_s=TIMEOUT_S, env=settings)
        if result.exit_code != 0 or not result.output.strip().endswith("restored"):
            raise RunFailed(f"A checkpoint could not be restored: {result.output.strip()[-300:]}")
        self.last = state


def _lent(path: Path, target: Path) -> None:
    shutil.copyfile(path, target)
    target.chmod(0o644)  # the agent's user may be another


def _known(start: str, last: TreeState | None) -> list[str]:
    return [start] if last is None else [start, last.snapshot, last.state, last.agent_head]
