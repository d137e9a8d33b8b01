"""The app as a person meets it: found by its semantics, which is what a screen reader has as well."""

from browsers import PATIENCE_MS
from playwright.async_api import expect

QUIET_MS = 300  # Flutter builds its semantics a moment after the picture
WAIT_UNTIL_QUIET = """(quiet) => new Promise((resolve) => {
  let timer = setTimeout(done, quiet);
  const watch = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(done, quiet); });
  watch.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  function done() { watch.disconnect(); resolve(); }
})"""
POLL_MS = 200
# The placeholder may be there before anybody listens to it: it is pressed until there are names.
HAS_SEMANTICS = """() => {
  document.querySelector("flt-semantics-placeholder")?.click();
  return document.querySelector("[flt-semantics-identifier]") !== null;
}"""
OUTSIDE = """(width) => [...document.querySelectorAll("flt-semantics")]
  .filter((each) => each.textContent || each.getAttribute("aria-label"))
  .map((each) => [each.textContent.slice(0, 60) || each.getAttribute("aria-label"), each.getBoundingClientRect()])
  .filter(([, { left, right, width: own }]) => own > 0 && (left < -1 || right > width + 1))
  .map(([text, { left, right }]) => `${text}: ${left}..${right}`)"""
NAMELESS = """() => [...document.querySelectorAll("flt-semantics[role=button], flt-semantics[role=checkbox], flt-semantics[role=tab]")]
  .filter((each) => !each.textContent.trim() && !each.getAttribute("aria-label"))
  .map((each) => each.outerHTML.slice(0, 200))"""
FOREIGN = "**/cdn.jsdelivr.net/**"  # Flet's own page asks there for a part that this app does not use


class Handset:
    """One person's browser."""

    def __init__(self, page, address):
        self.page, self._address = page, address
        page.set_default_timeout(PATIENCE_MS)

    async def load(self, route="/"):
        """Load the page of the app, however far it comes."""
        await self.page.route(FOREIGN, lambda asked: asked.abort())
        await self.page.goto(f"{self._address}{route}")

    async def open(self, route="/"):
        """Load the app, and switch its semantics on."""
        await self.load(route)
        await self.page.wait_for_function(HAS_SEMANTICS, polling=POLL_MS)
        await self.quiet()

    async def quiet(self):
        """Return once nothing has changed for a moment."""
        await self.page.evaluate(WAIT_UNTIL_QUIET, QUIET_MS)

    def by(self, identifier):
        """The control with this identifier."""
        return self.page.locator(f'[flt-semantics-identifier="{identifier}"]')

    async def press(self, identifier):
        """Touch it. Flutter scrolls to what is focused, so what is below the edge is reached as well."""
        marked = f'[flt-semantics-identifier="{identifier}"]'
        target = self.page.locator(f"{marked}[flt-tappable], {marked} [flt-tappable]").first
        await target.wait_for(state="attached")
        await self.quiet()
        await target.dispatch_event("click")
        await self.quiet()

    async def type(self, identifier, text):
        """Write into a field."""
        field = self.by(identifier).locator("input, textarea").first
        await field.wait_for(state="attached")
        await field.focus()
        await self.quiet()
        await self.page.keyboard.press("Control+a")
        await self.page.keyboard.type(text)
        await self.quiet()

    async def tab(self, number):
        """Go to one of the four."""
        tab = self.page.get_by_role("tab").nth(number)
        await tab.dispatch_event("click")
        await expect(tab).to_have_attribute("aria-selected", "true")
        await self.quiet()

    async def pick(self, *photos):
        """Choose photos from the gallery."""
        files = [
            {"name": f"photo-{at}.jpg", "mimeType": "image/jpeg", "buffer": photo}
            for at, photo in enumerate(photos, start=1)
        ]
        async with self.page.expect_file_chooser() as chooser:
            target = self.by("choose").locator("[role=button]")
            await target.wait_for(state="attached")
            await self.quiet()
            await target.click()
        await (await chooser.value).set_files(files)
        await self.see(f"remove-{len(photos) - 1}")

    async def see(self, identifier):
        """Return once it is there."""
        await expect(self.by(identifier).first).to_be_attached()
        await self.quiet()

    async def see_text(self, text):
        """Return once this is said somewhere."""
        said = self.page.get_by_text(text).or_(self.page.get_by_label(text)).first
        await expect(said).to_be_attached()

    async def text_of(self, identifier):
        """What a screen reader says of it."""
        found = self.by(identifier).first
        parts = [await found.get_attribute("aria-label") or "", await found.inner_text()]
        parts += [await each.get_attribute("aria-label") or "" for each in await found.locator("[aria-label]").all()]
        return " ".join(part for part in parts if part)

    async def grow(self, height, width=360):
        """As high as this, so that a picture has the whole page."""
        await self.page.set_viewport_size({"width": width, "height": height})
        await self.quiet()

    async def enlarge(self, percent):
        """Large text, as the person has set it on the phone."""
        await self.page.evaluate(f"document.documentElement.style.fontSize = '{percent}%'")
        await self.quiet()

    async def outside(self, width=360):
        """What stands outside the screen, to its left or right."""
        return await self.page.evaluate(OUTSIDE, width)

    async def nameless(self):
        """Buttons, boxes and tabs that a screen reader has no name for."""
        return await self.page.evaluate(NAMELESS)

    async def sign_in(self, email, password):
        """On the page for it."""
        await self.type("email", email)
        await self.type("password", password)
        await self.press("sign-in")
