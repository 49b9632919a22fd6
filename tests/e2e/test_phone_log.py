"""A log of fifty thousand lines: only what is in sight is in the page, and nothing stutters."""

from itertools import pairwise

import pytest
from playwright.async_api import expect

from tests.e2e.phone import Phone
from tests.fakes.phone_api import PhoneApi

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
LINES = 50_000
# Drags the log upwards from its end, a screenful with every frame; counts the nodes it makes.
DRAG = """
new Promise((done) => {
  const box = document.querySelector(".scroller"), frames = [];
  let last = performance.now(), made = 0;
  const watch = new MutationObserver((all) => {
    for (const one of all) made += one.addedNodes.length;
  });
  watch.observe(box, { childList: true, subtree: true });
  const step = (now) => {
    frames.push(now - last);
    last = now;
    box.scrollTop -= 700;
    if (frames.length < 100) return requestAnimationFrame(step);
    watch.disconnect();
    const sorted = frames.slice(1).sort((a, b) => a - b);
    done({ made, frame: sorted[49], slow: sorted[94] });
  };
  requestAnimationFrame(step);
})
"""


def long_log() -> list[dict[str, object]]:
    words = ("short", "a line that is so long that it has to be broken on a narrow screen " * 3)
    return [
        {
            "seq": n,
            "kind": "text",
            "at": "2026-11-26T10:00:00Z",
            "data": {"text": f"line {n} {words[n % 7 == 0]}"},
        }
        for n in range(1, LINES + 1)
    ]


async def dragged(phone: Phone, api: PhoneApi, lines: int) -> dict[str, float]:
    """Open a log of *lines* lines and drag it from its end to its start.

    Returns:
        How many ``rows`` are in the page and nodes were ``made`` meanwhile, and how many
        milliseconds the middle ``frame`` and one of the ``slow`` twentieth took.
    """
    api.logs["agent-5"] = long_log()[:lines]
    await phone.page.goto("about:blank")
    await phone.go("#/agents/agent-5")
    await phone.page.click("#tab-log")
    await expect(phone.text(f"line {lines} ")).to_be_visible(timeout=90_000)
    await looked_back(phone)  # a log that follows is put to its end again, now and then in mid-drag
    found: dict[str, float] = await phone.page.evaluate(DRAG)
    await phone.page.evaluate("document.querySelector('.scroller').scrollTop = 0")
    await expect(phone.text("line 1 short")).to_be_visible()
    return found | {"rows": await phone.page.locator(".rows > .row").count()}


async def looked_back(phone: Phone) -> None:
    """Scroll up as a person does, so that the log follows no more."""
    await phone.page.hover(".scroller")
    await phone.page.mouse.wheel(0, -3000)
    await expect(phone.button("Latest")).to_be_visible()


async def test_fifty_thousand_lines_are_no_more_work_than_a_few(
    phone: Phone, api: PhoneApi
) -> None:
    """The work of a frame depends on what is in sight; ``tests/bench/web.py`` takes the time."""
    short = await dragged(phone, api, LINES // 10)
    long = await dragged(phone, api, LINES)

    assert long["rows"] < 150
    assert 0 < long["made"] <= 1.2 * short["made"], f"{short} {long}"


async def test_log_follows_until_the_person_looks_back(phone: Phone, api: PhoneApi) -> None:
    api.logs["agent-5"] = long_log()[:300]
    await phone.go("#/agents/agent-5")
    await phone.page.click("#tab-log")
    await expect(phone.text("line 300 ")).to_be_visible()
    await api.write("agent-5", "text", text="one more")
    await expect(phone.text("one more")).to_be_in_viewport()

    await looked_back(phone)
    before = await phone.page.evaluate("document.querySelector('.scroller').scrollTop")
    await api.write("agent-5", "text", text="and another")
    await phone.wait("document.querySelector('.rows').style.height !== ''")
    await expect(phone.text("and another")).not_to_be_in_viewport()
    assert await phone.page.evaluate("document.querySelector('.scroller').scrollTop") == before

    await phone.button("Latest").click()
    await expect(phone.text("and another")).to_be_in_viewport()


async def test_every_line_comes_once_and_in_order(phone: Phone, api: PhoneApi) -> None:
    api.logs["agent-5"] = long_log()[:40]
    await phone.go("#/agents/agent-5")
    await phone.page.click("#tab-log")
    await expect(phone.text("line 40 ")).to_be_visible()
    await phone.page.reload()  # now the first forty come from memory
    for n in range(41, 46):
        await api.write("agent-5", "text", text=f"line {n} late")
    await phone.page.click("#tab-log")
    await expect(phone.text("line 45 late")).to_be_visible()

    await phone.page.evaluate("document.querySelector('.scroller').scrollTop = 0")
    await expect(phone.text("line 1 short")).to_be_visible()
    seen = await phone.page.evaluate(
        "[...document.querySelectorAll('.rows > .row')].map((row) =>"
        " Number(row.textContent.match(/line (\\d+)/)[1]))"
    )
    assert seen == list(range(1, len(seen) + 1))


async def test_long_output_unfolds_without_moving_what_is_read(phone: Phone, api: PhoneApi) -> None:
    api.logs["agent-5"] = [
        {
            "seq": n,
            "kind": "tool_result",
            "at": "2026-11-26T10:00:00Z",
            "data": {"isError": False, "seconds": 1, "output": f"output {n}\n" * 30},
        }
        for n in range(1, 201)
    ]
    await phone.go("#/agents/agent-5")
    await phone.page.click("#tab-log")
    last = phone.page.locator(".rows > .row").last
    await last.locator("summary").click()

    await expect(last.locator("pre")).to_be_visible()
    tall = await last.bounding_box()
    assert tall
    assert tall["height"] > 200
    rows = await phone.page.evaluate(
        "[...document.querySelectorAll('.rows > .row')].map((row) => {"
        " const box = row.getBoundingClientRect(); return [box.top, box.bottom]; })"
    )
    gaps = [below[0] - above[1] for above, below in pairwise(rows)]
    assert max(map(abs, gaps)) < 2


async def test_empty_log_says_that_nothing_happened_yet(phone: Phone, api: PhoneApi) -> None:
    api.logs["agent-3"] = []
    await phone.go("#/agents/agent-3")
    await phone.page.click("#tab-log")
    await expect(phone.page.locator(".log .empty")).to_have_text(
        "Nothing yet. What happens appears here."
    )
    place = await phone.page.locator(".log .empty b").bounding_box()
    assert place

    seen = await phone.page.evaluate(
        f"document.elementFromPoint({place['x'] + 5}, {place['y'] + 5}).textContent"
    )

    assert seen.startswith("Nothing yet")  # and nothing lies upon it
