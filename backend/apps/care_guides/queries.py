"""The guide that belongs to a name, from an index in memory: an answer that is kept costs no query for it.

The index holds links and what is reported of poison, of what is published: one to three kilobytes a guide. It is read
again when this process publishes something, and once a minute for what others publish.
"""

from collections.abc import Mapping
from typing import Literal, cast

from django.urls import reverse

from apps.care_guides.models import CareGuidePage
from identification.answer import Struct
from identification.names import Name, fold, read_name

type Rank = Literal["species", "genus"]
type Subject = Literal["human", "cat", "dog"]
type Finding = Literal["reported_toxic", "reported_non_toxic"]


class GuideLink(Struct):
    """A published care guide. `rank` is `genus` where it is about the genus and not about this species."""

    title: str
    url: str  # the page for people
    api_url: str  # the same as data
    rank: Rank


class PoisonReport(Struct):
    """What one source reports of poison for one kind of creature."""

    about: str  # the species or genus that it speaks of
    subject: Subject
    finding: Finding
    text: str
    language: str  # of the text
    source_title: str
    source_url: str


class Guide(Struct):
    """A published guide, as far as answers speak of it."""

    link: GuideLink
    poison: tuple[PoisonReport, ...]


_published: Mapping[str, Guide] = {}


def find_guide(*names: str) -> Guide | None:
    """The published guide of the first name that has one, else that of a genus; None when there is none."""
    read = [name for text in names if (name := read_name(text))]
    keys = [_key(name) for name in read] + [fold(name.genus) for name in read if name.genus]
    return next((_published[key] for key in keys if key in _published), None)


def reload_guides() -> int:
    """Read what is published, in a thread that may talk to the database; how many guides there are."""
    global _published  # noqa: PLW0603 - exchanged as a whole, so that readers on other threads see one state
    pages = CareGuidePage.objects.live().public().select_related("locale").order_by("pk")
    found = [(page, Guide(link=link, poison=_poison(page))) for page in pages if (link := _link(page))]
    _published = {key: guide for page, guide in reversed(found) for key in _keys(page)}
    return len(found)


def _link(page: CareGuidePage) -> GuideLink | None:
    """None for a page that is on no site."""
    url = page.get_url()
    if url is None:
        return None
    rank = cast("Rank", page.rank)  # the model's choices are these two
    return GuideLink(title=page.title, url=url, api_url=reverse("v2:pages:detail", args=(page.pk,)), rank=rank)


def _poison(page: CareGuidePage) -> tuple[PoisonReport, ...]:
    """In the guide's order."""
    given = {"about": page.accepted_name, "language": page.locale.language_code}
    return tuple(PoisonReport(**given, **block.value) for block in page.care if block.block_type == "toxicity")


def _keys(page: CareGuidePage) -> set[str]:
    """What its names are found by; an older name at another rank is no name of this guide."""
    read = (read_name(name, rank=page.rank) for name in (page.accepted_name, *page.other_name_list))
    return {_key(name) for name in read if name and name.rank == page.rank}


def _key(name: Name) -> str:
    """The species that a name is or belongs to; above species itself."""
    return name.species or name.key
