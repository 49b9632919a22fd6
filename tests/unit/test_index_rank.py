"""Ranking: each kind of evidence decides a small case, and replaced files are as if built anew."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import analyse
from indexer.chunks import outline
from indexer.languages import language_of
from indexer.ranking.corpus import Corpus, FileRow, module_paths
from indexer.ranking.postings import Postings
from indexer.ranking.query import parse
from indexer.ranking.rank import WEIGHTS, rank


def row(path: str, text: str) -> FileRow:
    language = language_of(path, text.encode())
    one = analyse(language, text, outline(language, text))
    return FileRow(
        path=path,
        blob=f"{path}/{language}",
        language=language,
        chunks=one.chunks,
        body=one.body,
        pairs=one.pairs,
        parts=one.parts,
        symbols=one.symbols,
    )


def corpus_of(files: dict[str, str]) -> Corpus:
    return Corpus.build([row(path, text) for path, text in files.items()])


def best(files: dict[str, str], text: str, *, kind: str = "") -> list[str]:
    """Return the files that fit *text*, best first; by one *kind* of evidence alone, if given."""
    corpus = corpus_of(files)
    weights = {kind: 1.0} if kind else WEIGHTS
    return [corpus.paths[at] for at in rank(corpus, parse(text), weights=weights).best(9)]


FILLER = "\n".join(f"pad{chr(97 + n % 26)}{chr(97 + n // 26)} = 1" for n in range(100))
CASES = [
    pytest.param(
        "file",
        {"a.py": "# throttle\n" * 2, "b.py": f"# throttle\n{FILLER}"},
        "the throttle",
        id="file: the same word weighs more in a short file",
    ),
    pytest.param(
        "chunks",
        {"a.py": "# cookie jar\n", "b.py": f"# cookie\n{FILLER}\n{FILLER}\n# jar\n"},
        "cookie jar",
        id="chunks: words stand close together",
    ),
    pytest.param(
        "title_chunk",
        {"a.py": "# gamma\n", "b.py": "# delta delta delta\n"},
        "gamma is wrong here\ndelta delta delta",
        id="title_chunk: what the title says",
    ),
    pytest.param(
        "path",
        {"src/session/a.py": "x = 1\n", "src/other/b.py": "session = 1\n"},
        "session",
        id="path: a word of the path",
    ),
    pytest.param(
        "title_symbols",
        {"a.py": "def parse_header():\n    pass\n", "b.py": "x = 1  # parse the header\n"},
        "Header lost",
        id="title_symbols: a part of a name that is defined",
    ),
    pytest.param(
        "parts",
        {"a.py": "def parse_header():\n    pass\n", "b.py": "x = 1  # parse the header\n"},
        "Broken\nthe header is lost",
        id="parts: a part of a name that is defined, further down",
    ),
    pytest.param(
        "symbols",
        {"a.py": "def load_all():\n    pass\n", "b.py": "load_all()\nload_all()\n"},
        "broken\ncall load_all twice",
        id="symbols: defined, not called",
    ),
    pytest.param(
        "pairs",
        {"a.py": "# retry limit\n", "b.py": "# limit\n# then\n# retry\n"},
        "the retry limit",
        id="pairs: words in this order",
    ),
    pytest.param(
        "named_path",
        {"x/view.py": "a = 1\n", "y/view.py": "a = 1\n"},
        'broken\n  File "/srv/app/x/view.py", line 3, in total',
        id="named_path: in a stack frame",
    ),
    pytest.param(
        "named_module",
        {"shop/basket.py": "a = 1\n", "old/basket.py": "a = 1\n"},
        "shop.basket.Basket fails",
        id="named_module: a dotted name",
    ),
    pytest.param(
        "named_stem",
        {"lib/redundant_freeze.rb": "a = 1\n", "lib/redundant.rb": "a = 1\n"},
        "RedundantFreeze reports too much",
        id="named_stem: a class named like a file",
    ),
    pytest.param(
        "scope",
        {"src/parser.py": "a = 1\n", "src/printer.py": "a = 1\n"},
        "fix(parser): it fails",
        id="scope: before the title's colon",
    ),
]


@pytest.mark.parametrize(("kind", "files", "text"), CASES)
def test_evidence_alone_puts_the_right_file_first(
    kind: str, files: dict[str, str], text: str
) -> None:
    right = next(iter(files))

    assert best(files, text, kind=kind)[0] == right
    assert best(dict(reversed(files.items())), text, kind=kind)[0] == right


def test_every_kind_of_evidence_has_its_case() -> None:
    assert {case.values[0] for case in CASES} == set(WEIGHTS) - {"meaning", "size", "uses"}


def test_of_files_that_fit_alike_the_longer_one_comes_first() -> None:
    corpus = corpus_of({"a/token.py": "x = 1\n", "b/token.py": FILLER, "c/other.py": FILLER})

    ranking = rank(corpus, parse("the token"), weights={"path": 1.0, "size": 1.0})

    assert [corpus.paths[at] for at in ranking.best(9)] == ["b/token.py", "a/token.py"]


def test_what_the_best_place_uses_is_found_without_a_word_of_the_text() -> None:
    files = {
        "a.py": "def report(rows):\n    # totals are wrong\n    return add_up(rows)\n",
        "b.py": "def take_away(rows):\n    return 0\n",
        "c.py": "def add_up(rows):\n    return 0\n",
    }

    assert best(files, "totals are wrong") == ["a.py", "c.py"]


def test_name_that_many_files_define_leads_nowhere() -> None:
    files = {f"{n}.py": "def add_up(rows):\n    return 0\n" for n in range(5)}
    files["a.py"] = "def report(rows):\n    # totals are wrong\n    return add_up(rows)\n"

    assert best(files, "totals are wrong") == ["a.py"]


def test_meaning_decides_where_words_do_not() -> None:
    corpus = corpus_of({"a.py": "x = 1\n", "b.py": "y = 1\n"})
    meaning = np.array([0.2, 0.6], np.float32)

    ranking = rank(corpus, parse("nothing of the kind"), meaning=meaning)

    assert [corpus.paths[at] for at in ranking.best(5)] == ["b.py"]


def test_own_name_of_a_file_says_more_than_its_folder() -> None:
    files = {"token/view.py": "a = 1\n", "view/token.py": "a = 1\n"}

    assert best(files, "token", kind="path") == ["view/token.py", "token/view.py"]


def test_several_good_places_are_more_than_one_better_one() -> None:
    parts = [f"def part{n}():\n    cookie()\n" + "    step()\n" * (66 + 2 * n) for n in range(3)]
    few = "def one():\n    cookie()\n" + "    step()\n" * 50
    files = {"one.py": few, "many.py": "".join(parts)}

    assert best(files, "cookie", kind="title_chunk")[0] == "one.py"
    assert best(files, "cookie", kind="chunks")[0] == "many.py"


def test_meaning_of_what_is_gone_counts_no_more() -> None:
    corpus = corpus_of({f"{n}.py": f"a = {n}\n" for n in range(8)}).replaced(["3.py"], [])
    assert corpus is not None
    meaning = np.linspace(0.1, 0.9, len(corpus.chunks), dtype=np.float32)

    found = rank(corpus, parse("zebra"), meaning=meaning).best(9)

    assert len(found) == 6
    assert corpus.paths.index("3.py") not in found


@pytest.mark.parametrize("path", ["tests/test_retry.py", "docs/retry.md", "retry.json"])
def test_code_comes_before_what_is_about_it(path: str) -> None:
    text = '{"retry": 1}' if path.endswith("json") else "# retry\n"

    assert best({path: text, "src/net.py": "# retry\n"}, "retry")[0] == "src/net.py"


def test_path_that_two_files_share_says_less_than_a_whole_one() -> None:
    corpus = corpus_of({"x/view.py": "a = 1\n", "y/view.py": "a = 1\n", "y/page.py": "a = 1\n"})

    shared = rank(corpus, parse("see view.py")).evidence["named_path"]
    whole = rank(corpus, parse("see y/view.py")).evidence["named_path"]

    assert shared.tolist() == pytest.approx([2**-0.5, 2**-0.5, 0])
    assert whole.tolist() == [0, 1, 0]


@pytest.mark.parametrize(
    ("path", "modules"),
    [
        ("a/b.py", ["/a/b"]),
        ("a/__init__.py", ["/a/__init__", "/a"]),
        ("Index.ts", ["/index"]),
        ("src/mod.rs", ["/src/mod", "/src"]),
        (".env", ["/.env"]),
    ],
)
def test_modules_of_a_path(path: str, modules: list[str]) -> None:
    assert module_paths(path) == modules


def test_nothing_fits_in_an_empty_corpus() -> None:
    corpus = Corpus.build([])

    assert rank(corpus, parse("fix(x): see a/b.py and Some.thing")).best(5) == []
    assert corpus.replaced([], []) is not None


words = st.sampled_from(["alpha", "beta", "gammaRay", "delta_one", "def", "class", "(", ")", "\n"])
texts = st.lists(words, max_size=40).map(" ".join)
paths = st.sampled_from([f"{d}{n}.py" for d in ("", "src/", "tests/") for n in "abcdef"])
trees = st.dictionaries(paths, texts, min_size=1, max_size=12)


@given(trees, trees, st.sets(paths), st.lists(words, min_size=1, max_size=6).map(" ".join))
def test_replaced_files_are_as_if_built_anew(
    old: dict[str, str], new: dict[str, str], gone: set[str], asked: str
) -> None:
    now = {path: text for path, text in {**old, **new}.items() if path in new or path not in gone}
    replaced = corpus_of(old).replaced(
        (set(old) & gone) | (set(old) & set(new)), [row(path, text) for path, text in new.items()]
    )
    if replaced is None:  # so much is gone that building anew is better
        return
    built = corpus_of(now)

    def scored(corpus: Corpus) -> dict[str, float]:
        scores = rank(corpus, parse(asked)).scores
        return {path: round(float(scores[at]), 3) for path, at in corpus.places.items()}

    assert scored(replaced) == pytest.approx(scored(built), abs=2e-3)
    assert {replaced.paths[at] for at in rank(replaced, parse(asked)).best(99)} <= set(now)
    for field in fields(Corpus):
        kept = getattr(replaced, field.name)
        if isinstance(kept, Postings):
            assert kept.alive == getattr(built, field.name).alive
            assert len(kept.keys) == len(getattr(built, field.name).keys)


def test_corpus_with_too_many_gaps_is_built_anew() -> None:
    corpus = corpus_of({f"{n}.py": f"a = {n}\n" for n in range(8)})

    assert corpus.replaced(["0.py", "1.py"], []) is not None
    assert corpus.replaced(["0.py", "1.py", "2.py"], []) is None
