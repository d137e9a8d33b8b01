"""For everybody: small screens, both colour schemes, screen readers; and the pages of problems."""

import pytest
from accessibility import violations
from playwright.async_api import expect

from plant_community_backend.problems import KINDS
from plant_simulator.drawings import draw_fault_card, draw_plant

pytestmark = pytest.mark.asyncio(loop_scope="session")
SUNFLOWER = [draw_plant("Helianthus tuberosus", size=900, organ=organ) for organ in ("flower", "fruit")]

# Every element with text of its own against the first opaque background behind it; WCAG 2.2, 1.4.3 and its formula.
LOW_CONTRAST = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgb = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (colour) => rgb(colour).slice(0, 3).map((channel) => channel / 255)
    .map((share) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4))
    .reduce((sum, share, index) => sum + share * [0.2126, 0.7152, 0.0722][index], 0);
  const backdrop = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = getComputedStyle(each).backgroundColor;
      if (rgb(colour)[3] === 255) return colour;
    }
    return "white";
  };
  const low = [];
  for (const element of document.querySelectorAll("body *")) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!hasText || !element.checkVisibility() || element.closest(".hidden, :disabled, noscript")) continue;
    const style = getComputedStyle(element);
    const [one, other] = [luminance(style.color), luminance(backdrop(element))];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) low.push(`${element.textContent.trim().slice(0, 40)}: ${ratio.toFixed(2)}`);
  }
  return low;
}"""
NAMELESS = """() => [...document.querySelectorAll("button, a, input, select, img")]
  .filter((each) => each.checkVisibility())
  .filter((each) => !(each.tagName === "IMG" ? each.hasAttribute("alt")
    : each.innerText?.trim() || each.ariaLabel || each.labels?.length || each.querySelector("img[alt]")))
  .map((each) => each.outerHTML.slice(0, 120))"""
OUTSIDE = """() => [...document.querySelectorAll("body *")]
  .filter((each) => each.checkVisibility() && !each.closest(".hidden, .skip"))
  .filter((each) => each.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
  .map((each) => each.outerHTML.slice(0, 120))"""
SMALL_TARGETS = """() => [...document.querySelectorAll("main button, main select, main .button, main summary")]
  .filter((each) => each.checkVisibility())
  .filter((each) => { const box = each.getBoundingClientRect(); return box.width < 24 || box.height < 24; })
  .map((each) => each.outerHTML.slice(0, 120))"""


async def check(visitor):
    """Nothing sticks out, everything has a name and enough contrast, nothing is too small; and axe finds nothing."""
    for faults in (OUTSIDE, NAMELESS, LOW_CONTRAST, SMALL_TARGETS):
        assert await visitor.page.evaluate(faults) == []
    complaints = list(visitor.complaints)
    found = await violations(visitor.page)
    visitor.complaints = complaints  # axe itself tries styles that the content security policy forbids
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 1280])
async def test_page_and_answer_are_fit_for_everybody(visit, demo_site, keep_picture, width, scheme):
    """From 320 pixels on and in both colour schemes, before asking, with photos, and with an answer unfolded."""
    is_phone = width < 800
    visitor = await visit(
        demo_site, viewport={"width": width, "height": 800}, color_scheme=scheme, has_touch=is_phone, is_mobile=is_phone
    )
    await check(visitor)
    await keep_picture(visitor.page, f"first-page-{width}-{scheme}")
    await visitor.page.get_by_label("Check its health, too").check()
    await visitor.add(*SUNFLOWER)
    await expect(visitor.page.locator(".photo img")).to_have_count(2)
    await check(visitor)
    await visitor.page.get_by_role("button", name="Identify", exact=True).click()
    await visitor.settled()
    await visitor.page.evaluate("() => document.querySelectorAll('img').forEach((image) => image.decode())")
    await keep_picture(visitor.page, f"result-{width}-{scheme}")
    await visitor.result.get_by_role("button", name="Another of these").click()
    await visitor.page.evaluate("() => document.querySelectorAll('details').forEach((each) => (each.open = true))")
    await check(visitor)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_states_of_doubt_and_failure_are_fit_for_everybody(visit, site, providers, keep_picture, scheme):
    """The same holds where the answer is not sure, not complete, or not there."""
    visitor = await visit(
        site, viewport={"width": 360, "height": 800}, color_scheme=scheme, has_touch=True, is_mobile=True
    )
    await visitor.identify(draw_fault_card("disagree"))
    await check(visitor)
    await keep_picture(visitor.page, f"doubt-360-{scheme}")
    providers.do(lambda running: running.inject("error_503", times=None, retry_after=20))
    await visitor.page.get_by_role("link", name="Identify another plant").click()
    await visitor.identify(draw_plant("Rosa canina", size=600))
    await check(visitor)
    await keep_picture(visitor.page, f"no-answer-360-{scheme}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 1280])
async def test_other_pages_are_fit_for_everybody(visit, demo_site, keep_picture, leaf, width, scheme):
    """Own plants, guides, status, and the way in: the same holds on each."""
    is_phone = width < 800
    visitor = await visit(
        demo_site, viewport={"width": width, "height": 800}, color_scheme=scheme, has_touch=is_phone, is_mobile=is_phone
    )
    await visitor.identify(leaf)
    for path in ("plants", "care", "status", "account", "account/sign-in", "account/sign-up", "nowhere-in-the-app"):
        await visitor.page.goto(
            f"{demo_site}/{path}" if path != "nowhere-in-the-app" else f"{demo_site}/status/nowhere"
        )
        await expect(visitor.page.locator("main h1").first).to_be_visible()
        await expect(visitor.page.locator("main [aria-busy=true]")).to_have_count(0)
        await check(visitor)
        if path not in {"care", "nowhere-in-the-app"}:  # here are no guides: test_web_guides.py has the pictures
            await keep_picture(visitor.page, f"{path.replace('/', '-')}-{width}-{scheme}")


@pytest.mark.parametrize("code", KINDS)
async def test_problem_page_explains_the_problem_of_its_address(visit, demo_site, code):
    """Code, status, meaning, whether asking again helps, and the way to the API's description."""
    visitor = await visit(demo_site)
    await visitor.page.goto(f"{demo_site}/problems/{code}")
    await expect(visitor.page.get_by_role("heading", level=1)).to_have_text(KINDS[code].title)
    await expect(visitor.page.locator("main")).to_contain_text(str(KINDS[code].status))
    await expect(visitor.page.locator("main code").first).to_have_text(code)
    await expect(visitor.page.locator("main")).to_contain_text("Does asking again help?")
    await expect(visitor.page.get_by_role("link", name="The description of the API")).to_have_attribute(
        "href", "/api/docs/"
    )
    await check(visitor)
