"""What the app looks like on a small phone, in each language, light and dark, with large text; and what is read aloud."""

import pytest

from state.words import Words

pytestmark = pytest.mark.asyncio(loop_scope="session")
LARGE = 180  # percent; more than most people choose


async def answered(phone, photo):
    """An answer is shown."""
    await phone.pick(photo)
    await phone.press("identify")
    await phone.see("receipt")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_pages_fit_a_small_phone(handset, photograph, keep_picture, scheme):
    """360 pixels: nothing stands outside, every control has a name."""
    phone = await handset(color_scheme=scheme)
    await phone.pick(photograph(), photograph())
    await keep_picture(phone, f"identify-360-{scheme}", 1_250)
    await check(phone)
    await phone.press("identify")
    await phone.see("receipt")
    await keep_picture(phone, f"result-360-{scheme}", 2_900)
    await check(phone)
    await phone.press("back")
    await phone.tab(3)
    await phone.see("change-server")
    await keep_picture(phone, f"account-360-{scheme}", 1_180)
    await check(phone)


@pytest.mark.parametrize("language", ["de", "fr", "es"])
async def test_large_text_fits_in_each_language(handset, photograph, keep_picture, language):
    """Chosen in the app, and kept; longer words and larger signs still stand inside."""
    words = Words(language)
    phone = await handset()
    await phone.tab(3)
    await phone.press(f"language-{language}")
    await phone.see_text(words("account.account"))
    await phone.enlarge(LARGE)
    await check(phone)
    await phone.tab(0)
    await answered(phone, photograph())
    await phone.see_text(words("result.safety"))
    await check(phone)
    await keep_picture(phone, f"large-text-{language}-360-light", 1_400)


async def check(phone):
    """Nothing outside, nothing nameless."""
    assert await phone.outside() == []
    assert await phone.nameless() == []
