"""The embedding model that is made on the spot: it learns, and the embedder can use it."""

import random
import subprocess
from pathlib import Path

import numpy as np
import pytest
from aiohttp.test_utils import TestServer

from indexer.embed import OpenAIEmbedder
from indexer.ranking.terms import stem
from tests.bench.local_embeddings import Words, application, train
from tests.bench.local_tuning import Floats, pairs_of, tuned

_TOPICS = {
    "fruit": "apple pear plum cherry orchard harvest juice basket",
    "sea": "ship sail harbour anchor captain storm wave cargo",
    "music": "violin drum melody choir organ rhythm trumpet chord",
    "house": "roof window kitchen stair cellar chimney door wall",
    "road": "bridge tunnel truck wheel engine gravel asphalt lane",
    "sky": "moon comet planet star eclipse orbit galaxy meteor",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("texts")
    rng = np.random.default_rng(5)
    for topic, words in _TOPICS.items():
        for number in range(30):
            body = " ".join(rng.choice(words.split(), 60))
            (made / f"{topic}{number}.py").write_text(f"# {body}\n")
    return made


def _words(held: dict[str, object], place: Path) -> Words:
    np.savez_compressed(place / "words.npz", **held)  # type: ignore[arg-type]  # arrays by name
    return Words.load(place / "words.npz")


async def test_words_used_together_are_near_without_sharing_a_letter(
    folder: Path, tmp_path: Path
) -> None:
    words = _words(train([folder], size=100, dimensions=8), tmp_path)
    async with TestServer(application(words)) as server:
        url = str(server.make_url("/v1"))
        embedder = OpenAIEmbedder(model="words-8", url=url)
        pear, plum, storm = await embedder.embed(["pear apple", "plum juice", "storm sail"])
        await embedder.aclose()

    assert pear @ plum > 0.7 > 0.3 > pear @ storm
    assert embedder.dimensions == 8
    assert embedder.usage.cost_usd is None


def test_unknown_words_have_a_vector_too(folder: Path, tmp_path: Path) -> None:
    words = _words(train([folder], size=100, dimensions=8), tmp_path)

    assert np.linalg.norm(words.embed("zyzzyva")) == pytest.approx(1)
    assert np.linalg.norm(words.embed("")) == pytest.approx(1)


_SHIP, _FRUIT = "ship sail harbour anchor", "apple pear plum cherry"
_STORM, _JUICE = "captain storm wave cargo", "orchard harvest juice basket"


def test_history_is_read_as_messages_beside_the_code_that_they_found(tmp_path: Path) -> None:
    _git(tmp_path, "init", "-q")
    (tmp_path / "stand.py").write_text(f"def price():\n    {_FRUIT}\n")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "-qm", "Add the stand")
    (tmp_path / "stand.py").write_text(f"def price():\n    {_JUICE}\n")
    _git(tmp_path, "commit", "-qam", f"{_SHIP}\n\nSigned-off-by: captain <a@example.com>")
    terms = f"{_SHIP} {_FRUIT} {_STORM} {_JUICE}".split()
    number = {stem(term): at for at, term in enumerate(terms)}

    ((asked, code),) = pairs_of(tmp_path / ".git", number, random.Random(1))  # noqa: S311 - a test wants to repeat itself

    assert sorted(asked[0]) == sorted(number[stem(term)] for term in _SHIP.split())
    assert sorted(code[0]) == sorted(number[stem(term)] for term in _FRUIT.split())


def test_tuning_teaches_what_people_call_the_code() -> None:
    rng = np.random.default_rng(5)
    start = rng.standard_normal((4, 8)).astype(np.float32)
    bags = [(np.array([at]), np.ones(1, np.float32)) for at in range(4)]
    pairs = [(bags[at % 2], bags[2 + at % 2]) for at in range(2_000)]

    after = tuned(start, [pairs])

    assert _lead(after) > _lead(start) + 0.1


def _lead(vectors: Floats) -> float:
    """Return how much nearer each name is to its code than to the other code."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    near = unit[:2] @ unit[2:].T
    return float(near.trace() - (near.sum() - near.trace()))


def _git(place: Path, *arguments: str) -> None:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=place, check=True, capture_output=True)
