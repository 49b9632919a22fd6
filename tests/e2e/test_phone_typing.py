"""What somebody types is his: neither news nor a clock beside it change it or take the focus."""

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.phone import Phone, opened
from tests.e2e.test_phone_parts import FETCHED, IDLE, shell
from tests.fakes.phone_api import PhoneApi

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_correction_may_take_its_time(phone: Phone) -> None:
    """The countdown beside it is drawn again and again."""
    await phone.go()
    await phone.type("stop agent 5")
    await phone.button("Correct it").click()
    field = phone.page.locator(".turn input")
    await field.fill("pause agent 5")
    await phone.page.keyboard.press("Tab")
    left = phone.page.locator(".turn .quiet", has_text="s left")
    for _ in range(2):
        await expect(left).not_to_have_text(await left.inner_text())

    await expect(field).to_have_value("pause agent 5")
    await expect(phone.button("Use this instead")).to_be_focused()


async def test_example_is_put_into_the_line_to_be_changed(phone: Phone) -> None:
    await phone.go()
    await phone.page.locator(".hint").first.click()
    line = phone.page.locator(".dock input")
    await expect(line).to_be_focused()
    await expect(line).to_have_value("Fix the flaky login test in cadence-backend")
    await phone.page.keyboard.press("Tab")
    await phone.context.set_offline(True)
    await expect(phone.page.locator(".link")).to_have_text("Offline")

    await expect(phone.button("Send")).to_be_focused()


async def test_what_is_typed_stays_while_news_come(phone: Phone) -> None:
    await phone.go("#/settings")
    await phone.page.get_by_label("Budget per agent").press_sequentially("7")
    await phone.context.set_offline(True)
    await expect(phone.page.locator(".link")).to_have_text("Offline")

    await expect(phone.page.get_by_label("Budget per agent")).to_have_value("7")


async def test_code_that_is_typed_stays_while_parts_arrive(
    chromium: Browser, api: PhoneApi
) -> None:
    async with opened(chromium, api, signed_in=False) as phone:
        _, every = await shell(phone)
        await phone.page.add_init_script(IDLE)
        await phone.go()
        await phone.button("I have a code from another screen").click()
        await phone.page.get_by_label("Code").fill("QRST-UVWX")
        await phone.page.evaluate("window.idle.forEach((run) => run())")
        await phone.wait(f"{FETCHED}.length >= {len(every)}")
        await phone.kept()

        await expect(phone.page.get_by_label("Code")).to_have_value("QRST-UVWX")
