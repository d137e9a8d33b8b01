"""Ten guides to begin with. Their facts were read at the named sources in November 2026; what no source said is left out."""

import json
from pathlib import Path
from typing import Any

from django.db import transaction

from apps.care_guides.ground import lay_ground
from apps.care_guides.models import CareGuideIndexPage, CareGuidePage

FILE = Path(__file__).parent / "data" / "samples.json"


@transaction.atomic
def load_samples() -> list[str]:
    """Publish those of the guides whose plant has none yet; their titles. What people changed stays as it is."""
    index = CareGuideIndexPage.objects.first() or lay_ground()
    content = json.loads(FILE.read_text(encoding="utf-8"))
    there = set(CareGuidePage.objects.values_list("accepted_name", flat=True))
    new = [guide for guide in content["guides"] if guide["accepted_name"] not in there]
    for guide in new:
        page = index.add_child(instance=_page(guide, content["sources"]))
        page.save_revision(clean=True).publish()
    return [guide["title"] for guide in new]


def _page(guide: dict[str, Any], sources: dict[str, dict[str, str]]) -> CareGuidePage:
    """The page, not stored. Raises ValidationError where a fact has no source."""
    names = sources[guide["names_source"]]
    page = CareGuidePage(
        title=guide["title"],
        accepted_name=guide["accepted_name"],
        rank=guide["rank"],
        common_names="\n".join(guide["common_names"]),
        other_names="\n".join(guide["other_names"]),
        names_source_title=names["title"],
        names_source_url=names["url"],
    )
    page.care = [(fact["kind"], _fact(fact, sources[fact["source"]])) for fact in guide["care"]]
    page.care = page.care.stream_block.clean(page.care)
    return page


def _fact(fact: dict[str, str], source: dict[str, str]) -> dict[str, str]:
    given = {name: fact[name] for name in ("text", "subject", "finding") if name in fact}
    return given | {"source_title": source["title"], "source_url": source["url"]}
