"""The grammar of a mention: what counts, what it asks, and what does not call us."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain import Options
from handlers.addressed import MAX_CHARACTERS
from handlers.mention import Command, Instruction, Verb, parse
from handlers.visible import visible

ZWSP, RLO, ZWJ = "\u200b", "\u202e", "\u200d"


def asked(body: str) -> str | None:
    """Return the instruction, None when there is none."""
    found = parse(body, slug="cadence")
    return found.text if isinstance(found, Instruction) else None


@pytest.mark.parametrize(
    ("body", "instruction"),
    [
        pytest.param("@cadence fix it", "fix it", id="plain"),
        pytest.param("hello @cadence, add a test", "add a test", id="in a sentence"),
        pytest.param("@Cadence FIX", "FIX", id="any case"),
        pytest.param("@cadence[bot] fix it", "fix it", id="the bot's login"),
        pytest.param("@cadence: fix it", "fix it", id="colon"),
        pytest.param("@cadence - fix it", "fix it", id="dash"),
        pytest.param("@cadence -v is broken", "-v is broken", id="a flag keeps its dash"),
        pytest.param("(@cadence) fix it", "fix it", id="brackets"),
        pytest.param("**@cadence** fix it", "fix it", id="bold"),
        pytest.param("<b>@cadence</b> fix it", "fix it", id="bold HTML"),
        pytest.param("# @cadence fix it", "fix it", id="heading"),
        pytest.param("- [ ] @cadence fix it", "fix it", id="task list"),
        pytest.param("please fix this @cadence", "please fix this", id="at the end"),
        pytest.param("please fix this, @cadence!", "please fix this", id="at the end, loud"),
        pytest.param("fix this @cadence thanks!", "fix this", id="thanks is no task"),
        pytest.param("fix it @cadence budget=2", "fix it", id="options alone are no task"),
        pytest.param("@cadence @cadence fix it", "@cadence fix it", id="the first one counts"),
        pytest.param("`@cadence a`\n\n@cadence b", "b", id="the first real one counts"),
        pytest.param("> quote\n\n@cadence do that", "do that", id="after a quotation"),
        pytest.param("@cadence fix\r\n\r\n- a\r\n- b", "fix\n\n- a\n- b", id="windows lines"),
        pytest.param(
            "@cadence this fails:\n\n```py\n<!-- kept -->\nf()\n```\n\n> said dana",
            "this fails:\n\n```py\n<!-- kept -->\nf()\n```\n\n> said dana",
            id="code and quotations stay",
        ),
        pytest.param("@cadence:\n- do a\n- do b", "- do a\n- do b", id="a list follows"),
        pytest.param("@cadence tidy <!-- hidden --> up", "tidy  up", id="comments go"),
        pytest.param("@cadence use `<!-- x -->`", "use `<!-- x -->`", id="a shown comment stays"),
        pytest.param("@cadence tidy up <!-- hidden", "tidy up", id="open comments go"),
        pytest.param(f"@cadence f{ZWSP}ix{RLO} it", "fix it", id="unseen characters go"),
        pytest.param("@cadence f\U000e0041\U000e0042ix", "fix", id="tag characters go"),
        pytest.param("\u8bf7@cadence\u4fee\u590d", "\u4fee\u590d", id="no spaces in Chinese"),
        pytest.param("@cadence stop using tabs here", "stop using tabs here", id="stop doing"),
        pytest.param("@cadence help the parser with tabs", "help the parser with tabs", id="help"),
        pytest.param("@cadence retry failed requests", "retry failed requests", id="retry what"),
        pytest.param("<details>\n\n@cadence fix it\n", "fix it", id="folded"),
    ],
)
def test_words_for_us_are_an_instruction(body: str, instruction: str) -> None:
    assert asked(body) == instruction


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="nothing"),
        pytest.param("cadence fix it", id="no sign"),
        pytest.param("`@cadence fix it`", id="code span"),
        pytest.param("``a ` @cadence fix it``", id="long code span"),
        pytest.param("```\n@cadence fix it\n```", id="fence"),
        pytest.param("~~~\n@cadence fix it", id="open fence"),
        pytest.param("    @cadence fix it", id="indented code"),
        pytest.param("- a\n\n      @cadence fix it", id="indented code in a list"),
        pytest.param("> @cadence fix it", id="quotation"),
        pytest.param("> a\n@cadence fix it", id="lazy quotation"),
        pytest.param("- > @cadence fix it", id="quotation in a list"),
        pytest.param("<!-- @cadence fix it -->", id="comment"),
        pytest.param("a <!-- @cadence fix it --> b", id="comment in a line"),
        pytest.param("<!--\n\n@cadence fix it\n\n-->", id="comment over paragraphs"),
        pytest.param("<div>\n@cadence fix it\n</div>", id="HTML block"),
        pytest.param('<img alt="@cadence fix it">', id="HTML attribute"),
        pytest.param("a <code>@cadence fix it</code>", id="HTML code"),
        pytest.param("<blockquote>\n\n@cadence fix it\n\n</blockquote>", id="HTML quotation"),
        pytest.param("[@cadence fix it](https://x.y)", id="link text"),
        pytest.param("[a](https://x.y/@cadence)", id="link target"),
        pytest.param('[a](https://x.y "@cadence fix it")', id="link title"),
        pytest.param("[a]: https://x.y '@cadence fix it'\n\n[a]", id="link reference"),
        pytest.param("![@cadence fix it](x.png)", id="image"),
        pytest.param("<https://x.y/@cadence>", id="autolink"),
        pytest.param("https://x.y/@cadence fix it", id="bare URL"),
        pytest.param("https://x.y/?q=(@cadence fix it", id="URL with a bracket"),
        pytest.param("write to me@cadence.io", id="e-mail"),
        pytest.param("write to me@cadence", id="local e-mail"),
        pytest.param("<me@cadence.dev>", id="e-mail autolink"),
        pytest.param("a.b+c@cadence fix it", id="e-mail with signs"),
        pytest.param("@cadence.dev fix it", id="domain"),
        pytest.param("@cadence-foo fix it", id="longer name"),
        pytest.param("@cadencebot fix it", id="name goes on"),
        pytest.param("@cadence_x fix it", id="underscore"),
        pytest.param("@cadence2 fix it", id="digit"),
        pytest.param("@cadence/team fix it", id="team"),
        pytest.param("@cadence@x.social fix it", id="fediverse"),
        pytest.param("@@cadence fix it", id="two signs"),
        pytest.param("acme/@cadence fix it", id="scoped package"),
        pytest.param("@acme/@cadence fix it", id="scoped twice"),
        pytest.param("\\@cadence fix it", id="escaped"),
        pytest.param("&#64;cadence fix it", id="entity"),
        pytest.param("~~@cadence fix it~~", id="struck out"),
        pytest.param("@cadence's work is fine", id="possessive"),
        pytest.param(f"@{ZWSP}cadence fix it", id="zero width after the sign"),
        pytest.param(f"@cad{ZWSP}ence fix it", id="zero width within"),
        pytest.param(f"@cadence{ZWJ}bot fix it", id="zero width after"),
        pytest.param(f"me{ZWSP}@cadence fix it", id="zero width before"),
        pytest.param(f"{RLO}@cadence fix it", id="bidi override"),
        pytest.param("\uff20cadence fix it", id="wide sign"),
        pytest.param("\ufe6bcadence fix it", id="small sign"),
        pytest.param("@c\u0430dence fix it", id="Cyrillic letter"),
        pytest.param("@cadence\u0435 fix it", id="Cyrillic letter after"),
        pytest.param("@cadence\u0301 fix it", id="combining mark after"),
        pytest.param("@\ue0000\ue001 `@cadence` fix", id="our own marks forged"),
        pytest.param("thanks @cadence!", id="thanks"),
        pytest.param("@cadence thank you", id="thank you"),
        pytest.param("@cadence ok, great", id="ok"),
    ],
)
def test_words_not_for_us_are_nothing(body: str) -> None:
    assert parse(body, slug="cadence") is None


@pytest.mark.parametrize(
    ("words", "verb"),
    [
        *[pytest.param(verb.value, verb, id=verb.value) for verb in Verb],
        pytest.param("", Verb.HELP, id="bare"),
        pytest.param("?", Verb.HELP, id="question mark"),
        pytest.param("STOP!!", Verb.STOP, id="loud"),
        pytest.param("please stop", Verb.STOP, id="please"),
        pytest.param("stop it, thanks", Verb.STOP, id="it"),
        pytest.param("cancel this", Verb.STOP, id="cancel"),
        pytest.param("status?", Verb.STATUS, id="asked"),
        pytest.param("`pause`", Verb.PAUSE, id="as code"),
        pytest.param("continue please", Verb.RESUME, id="continue"),
        pytest.param("try again", Verb.RETRY, id="try again"),
    ],
)
def test_a_single_word_is_a_command(words: str, verb: Verb) -> None:
    found = parse(f"@cadence {words}", slug="cadence")
    assert isinstance(found, Command)
    assert found.verb is verb


def test_a_command_may_stand_before_the_mention() -> None:
    found = parse("please stop @cadence", slug="cadence")
    assert isinstance(found, Command)
    assert found.verb is Verb.STOP


@pytest.mark.parametrize(
    ("words", "text", "options"),
    [
        pytest.param("model=m-1 fix", "fix", Options(model="m-1"), id="model first"),
        pytest.param("fix base=dev", "fix", Options(base="dev"), id="base last"),
        pytest.param("fix base=release/1.x", "fix", Options(base="release/1.x"), id="slash"),
        pytest.param("fix budget=2.50", "fix", Options(budget_usd=2.5), id="budget"),
        pytest.param("fix budget=$2", "fix", Options(budget_usd=2), id="dollars"),
        pytest.param('fix budget="3"', "fix", Options(budget_usd=3), id="quoted"),
        pytest.param("fix budget=2.", "fix", Options(budget_usd=2), id="full stop"),
        pytest.param(
            "model=m-1, base=dev fix BUDGET=100",
            "fix",
            Options(model="m-1", base="dev", budget_usd=100),
            id="all",
        ),
        pytest.param("fix\n\nmodel=m-1", "fix", Options(model="m-1"), id="own paragraph"),
        pytest.param("set base=10 in x", "set base=10 in x", Options(), id="in the middle"),
        pytest.param("fix\n```\nbase=x\n```", "fix\n```\nbase=x\n```", Options(), id="in code"),
        pytest.param("fix database=x", "fix database=x", Options(), id="part of a word"),
    ],
)
def test_options_at_the_start_or_the_end_are_taken_out(
    words: str, text: str, options: Options
) -> None:
    found = parse(f"@cadence {words}", slug="cadence")
    assert found == Instruction(text=text, options=options)


@pytest.mark.parametrize(
    "option",
    [
        *["budget=0", "budget=-1", "budget=101", "budget=much", "budget=nan", "budget=1e3"],
        *["base=-x", "base=a..b", "base=a.lock", "base=/x", "base=x/", "base=a~1", "base=@"],
        *["base='a b'", "base=.x", "base=x@{1}", "base=a//b", "model=../x", 'model=""'],
    ],
)
def test_a_wrong_option_is_a_problem_with_a_sentence(option: str) -> None:
    found = parse(f"@cadence fix it {option}", slug="cadence")
    assert isinstance(found, Instruction)
    assert found.options == Options()
    (problem,) = found.problems
    assert problem.endswith(".")


def test_an_unknown_model_is_answered_with_the_names_of_the_known() -> None:
    found = parse("@cadence fix model=gpt", slug="cadence", models=("big-1", "small-1"))
    assert isinstance(found, Instruction)
    assert "`big-1`, `small-1`" in found.problems[0]

    found = parse("@cadence fix model=BIG-1", slug="cadence", models=("big-1", "small-1"))
    assert found == Instruction(text="fix", options=Options(model="big-1"))


def test_the_name_follows_the_slug_of_the_app() -> None:
    assert parse("@cadence fix", slug="my-cadence") is None
    assert parse("@my-cadence fix", slug="my-cadence") == Instruction(text="fix")
    assert parse("@my+cadence fix", slug="my.cadence") is None


@pytest.mark.parametrize(
    "unit",
    [
        "[",
        "![",
        "<",
        ">",
        "`",
        "*a ",
        "- ",
        "@cadence",
        "`@cadence` ",
        "<!--",
        "[a](",
        "|a",
        "~~a ",
    ],
)
def test_the_longest_hostile_text_is_read_in_bounded_time(unit: str) -> None:
    body = unit * (MAX_CHARACTERS // len(unit) - 10) + "\n\n@cadence fix it"
    begun = time.process_time()
    parse(body, slug="cadence")
    assert time.process_time() - begun < 10  # seconds; the square of the length takes minutes


_PIECES = st.sampled_from(
    [
        "@cadence",
        "@Cadence[bot]",
        "`",
        "```\n",
        "> ",
        "<!--",
        "-->",
        "\n",
        "\n\n",
        "    ",
        "[",
        "](",
        ")",
        "*",
        "~~",
        "\\",
        "<code>",
        "</code>",
        "a",
        " ",
        ".",
        "-",
        "budget=",
        "1",
        "@",
        "\x00",
        "\ue000",
        "\u200b",
    ]
)


@given(st.lists(_PIECES, max_size=40).map("".join))
@example("@cadence" + "\x00")
@example("\\" * 101 + "@cadence x")
def test_any_text_is_read_and_what_comes_out_is_clean(body: str) -> None:
    found = parse(body, slug="cadence")

    if isinstance(found, Instruction):
        assert any(c.isalnum() for c in found.text)
        assert ZWSP not in found.text
        assert "\x00" not in found.text
        assert len(found.text) <= len(body)


@given(st.lists(_PIECES, max_size=30).map("".join))
def test_quoting_or_fencing_a_text_makes_it_call_nobody(body: str) -> None:
    lines = body.replace("\r", "\n").split("\n")
    assert parse("\n".join(f"> {line}" for line in lines), slug="cadence") is None
    assert parse("\n".join(f"    {line}" for line in lines if line.strip()), slug="cadence") is None


@given(st.text(max_size=200))
def test_what_is_visible_stays_visible(text: str) -> None:
    assert visible(visible(text)) == visible(text)
