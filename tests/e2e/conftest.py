"""A real Chromium for the web app's tests; one for all of them."""

import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests.e2e.phone import CHROMIUM, MICROPHONE, SOON_S, Phone, opened
from tests.fakes.phone_api import PhoneApi
from tests.fakes.phone_street import a_good_day

# A machine may be busy: what has to come is waited for, however long it takes within reason.
expect.set_options(timeout=SOON_S * 1000)


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """Chromium with a microphone that beeps, and without a question about it."""
    if shutil.which(CHROMIUM) is None:
        pytest.skip(f"{CHROMIUM} is not installed")
    async with async_playwright() as play:
        browser = await play.chromium.launch(
            executable_path=shutil.which(CHROMIUM), args=MICROPHONE
        )
        yield browser
        await browser.close()


@pytest.fixture
def api() -> PhoneApi:
    """The stand-in for the API, on a good day."""
    return a_good_day()


@pytest_asyncio.fixture(loop_scope="session")
async def phone(chromium: Browser, api: PhoneApi) -> AsyncIterator[Phone]:
    """A phone whose owner is signed in."""
    async with opened(chromium, api) as phone:
        yield phone
