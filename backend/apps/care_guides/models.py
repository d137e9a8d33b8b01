"""Care guides as pages of the CMS, and their pictures, which always carry their credit."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.files.storage import Storage, storages
from django.db import models
from django.http import HttpRequest
from rest_framework.fields import ReadOnlyField
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, Panel
from wagtail.api import APIField
from wagtail.fields import StreamField
from wagtail.images.models import AbstractImage, AbstractRendition, Image, WagtailImageField, get_upload_to
from wagtail.models import Page
from wagtail.search import index

from apps.care_guides.blocks import WARNING, BodyBlock, CareBlock
from identification.names import read_name

SEARCH_CHARS_MAX = 200


def picture_storage() -> Storage:
    """Where pictures lie; a callable, so that migrations do not carry the place."""
    return storages["guide_pictures"]


class GuideImage(AbstractImage):  # type: ignore[misc] # Wagtail ships no types
    """A picture that may be shown: who made it, under which licence, and where it is from."""

    file = WagtailImageField(  # in a folder of its own: it is public, photos are not
        upload_to=get_upload_to, storage=picture_storage, width_field="width", height_field="height"
    )
    author = models.CharField(max_length=200)
    licence = models.CharField(max_length=100, help_text="Its name, such as CC BY-SA 4.0.")
    source_url = models.URLField("source address", max_length=500)

    admin_form_fields = (*Image.admin_form_fields, "author", "licence", "source_url")
    api_fields: ClassVar[list[APIField]] = [APIField("author"), APIField("licence"), APIField("source_url")]

    @property
    def credit(self) -> dict[str, str]:
        """What has to stand beside the picture."""
        return {"author": self.author, "licence": self.licence, "source_url": self.source_url}


class GuideRendition(AbstractRendition):  # type: ignore[misc] # as above
    """A picture at one size."""

    image = models.ForeignKey(GuideImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        """One of each size."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=("image", "filter_spec", "focal_point_key"), name="one_rendition")
        ]


class CareGuideIndexPage(Page):  # type: ignore[misc] # as above
    """The first page of the guides, with a list and a search field."""

    max_count = 1
    private_page_options: ClassVar[list[str]] = []  # a page for some would need a way to sign in of its own
    subpage_types: ClassVar[list[str]] = ["care_guides.CareGuidePage"]
    template = "care_guides/index.html"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The published guides by name, or those that match `q`."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        searched = request.GET.get("q", "").replace("\0", "").strip()[:SEARCH_CHARS_MAX]
        guides = CareGuidePage.objects.child_of(self).live().public().order_by("title")
        context |= {"searched": searched, "guides": guides.search(searched) if searched else guides}
        return context


class CareGuidePage(Page):  # type: ignore[misc] # as above
    """How to care for one species, or for what the species of one genus have in common."""

    class Rank(models.TextChoices):
        """What the guide is about."""

        SPECIES = "species", "One species"
        GENUS = "genus", "A genus"

    accepted_name = models.CharField(
        max_length=200, help_text="The scientific name that is accepted today, without author: Monstera deliciosa."
    )
    rank = models.CharField("is about", max_length=16, choices=Rank, default=Rank.SPECIES)
    other_names = models.TextField(
        "other scientific names",
        blank=True,
        help_text="Names under which the plant is also found, one a line. Answers with these names lead here, too.",
    )
    common_names = models.TextField(blank=True, help_text="One a line, the best known first.")
    names_source_title = models.CharField(
        "source of the names", max_length=200, blank=True, help_text="Needed as soon as there are other names."
    )
    names_source_url = models.URLField("address of that source", max_length=500, blank=True)
    care = StreamField(CareBlock(), blank=True)
    body = StreamField(BodyBlock(), blank=True)

    private_page_options: ClassVar[list[str]] = []
    parent_page_types: ClassVar[list[str]] = ["care_guides.CareGuideIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    template = "care_guides/guide.html"

    content_panels: ClassVar[list[Panel]] = [
        *Page.content_panels,
        MultiFieldPanel([FieldPanel("accepted_name"), FieldPanel("rank")], heading="The plant"),
        MultiFieldPanel(
            [
                FieldPanel("common_names"),
                FieldPanel("other_names"),
                FieldPanel("names_source_title"),
                FieldPanel("names_source_url"),
            ],
            heading="Other names",
        ),
        FieldPanel("care", heading="Care facts, each with its source"),
        FieldPanel("body", heading="Text"),
    ]
    search_fields: ClassVar[list[index.BaseField]] = [
        *Page.search_fields,
        index.SearchField("accepted_name", boost=4),
        index.SearchField("common_names", boost=3),
        index.SearchField("other_names", boost=2),
        index.SearchField("care"),
        index.SearchField("body"),
        index.FilterField("rank"),
        index.FilterField("accepted_name"),
    ]
    api_fields: ClassVar[list[APIField]] = [
        APIField("accepted_name"),
        APIField("rank"),
        APIField("common_names", serializer=ReadOnlyField(source="common_name_list")),
        APIField("other_names", serializer=ReadOnlyField(source="other_name_list")),
        APIField("names_source_title"),
        APIField("names_source_url"),
        APIField("care"),
        APIField("body"),
        APIField("warning"),
    ]

    warning = WARNING

    @property
    def common_name_list(self) -> list[str]:
        """The common names."""
        return lines(self.common_names)

    @property
    def other_name_list(self) -> list[str]:
        """The other scientific names."""
        return lines(self.other_names)

    def clean(self) -> None:
        """Raises ValidationError for a name that does not fit the rank, one that is taken, and names without a source."""
        super().clean()
        errors = {}
        name = read_name(self.accepted_name, rank=self.rank)
        if name is None or name.rank != self.rank:
            errors["accepted_name"] = f"This is not the name of a {self.rank}."
        elif (
            CareGuidePage.objects.filter(accepted_name__iexact=self.accepted_name.strip()).exclude(pk=self.pk).exists()
        ):
            errors["accepted_name"] = "There is a guide for this plant already."
        if self.common_names.strip() or self.other_names.strip():
            needed = "Other names need a source, as all facts do."
            errors |= {
                field: needed
                for field in ("names_source_title", "names_source_url")
                if not getattr(self, field).strip()
            }
        if errors:
            raise ValidationError(errors)


def lines(text: str) -> list[str]:
    """The lines that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]
