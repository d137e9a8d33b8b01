"""What axe finds wrong with a page, as it stands."""

from pathlib import Path

AXE = Path(__file__).resolve().parents[3] / "web" / "node_modules" / "axe-core" / "axe.min.js"
VIOLATIONS = """async (part) => (await axe.run(part)).violations.map(
  ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`)"""


async def violations(page, part="html"):
    """A line for each rule that is broken in this part of the page, with the elements that break it."""
    await page.evaluate(AXE.read_text())
    return await page.evaluate(VIOLATIONS, part)
