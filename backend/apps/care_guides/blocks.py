"""What a guide is written with: text, pictures with their credit, and facts that name their source.

A fact cannot be saved without the title and the address of the source it was read in (law 11). Whoever reads it can
check it, and whoever edits it later knows whom to ask.
"""

from typing import Any, ClassVar

from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

WARNING = (
    "Never eat or give away a plant because an app or a page named it: names can be wrong, and some mistakes kill."
)
TEXT_FEATURES = ["bold", "italic", "link", "ul", "ol"]
SUBJECTS = [("human", "People"), ("cat", "Cats"), ("dog", "Dogs")]
FINDINGS = [("reported_toxic", "Reported toxic"), ("reported_non_toxic", "Reported non-toxic")]


class FactBlock(blocks.StructBlock):  # type: ignore[misc] # Wagtail ships no types
    """One fact and where it was read."""

    text = blocks.TextBlock(help_text="The fact in your own words, in one to three sentences.", max_length=600)
    source_title = blocks.CharBlock(help_text="Who says so: the page's title and its publisher.", max_length=200)
    source_url = blocks.URLBlock(help_text="The page's address.", max_length=500)

    class Meta:
        """How the editor and the page show it."""

        template = "care_guides/fact.html"
        icon = "doc-full"


class ToxicityBlock(FactBlock):
    """What a source reports of poison for one kind of creature. No block for a kind means: no data."""

    subject = blocks.ChoiceBlock(choices=SUBJECTS)
    finding = blocks.ChoiceBlock(choices=FINDINGS)

    class Meta:
        """As above."""

        template = "care_guides/toxicity.html"
        icon = "warning"

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        """The words for the creature and the finding, besides."""
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        context["subject_label"] = dict(SUBJECTS).get(value["subject"], "")
        context["finding_label"] = dict(FINDINGS).get(value["finding"], "").lower()
        return context


class PictureBlock(blocks.StructBlock):  # type: ignore[misc] # as above
    """A picture from the library, where each has its author, licence and source."""

    image = ImageChooserBlock()
    alt_text = blocks.CharBlock(max_length=250, help_text="What there is to see, for those who cannot see it.")
    caption = blocks.CharBlock(required=False, max_length=250)

    class Meta:
        """As above."""

        template = "care_guides/picture.html"
        icon = "image"

    def get_api_representation(self, value: Any, context: Any = None) -> dict[str, Any]:
        """The picture with its credit, scaled for a screen."""
        del context
        image = value["image"]
        shown = image.get_rendition("max-1200x1200|format-webp")
        return {
            "image": image.pk,
            "alt_text": value["alt_text"],
            "caption": value["caption"],
            "url": shown.full_url,
            "width": shown.width,
            "height": shown.height,
            "credit": image.credit,
        }


class BodyBlock(blocks.StreamBlock):  # type: ignore[misc] # as above
    """The running text of a guide."""

    heading = blocks.CharBlock(max_length=120, template="care_guides/heading.html", icon="title")
    text = blocks.RichTextBlock(features=TEXT_FEATURES, icon="pilcrow")
    picture = PictureBlock()


class CareBlock(blocks.StreamBlock):  # type: ignore[misc] # as above
    """The facts of a guide; each kind at most once, poison once for each kind of creature."""

    light = FactBlock(icon="view")
    water = FactBlock(icon="tint")
    soil = FactBlock(icon="grip")
    temperature = FactBlock(icon="sliders")
    toxicity = ToxicityBlock()

    class Meta:
        """How often each may come."""

        block_counts: ClassVar[dict[str, dict[str, int]]] = {
            **{kind: {"max_num": 1} for kind in ("light", "water", "soil", "temperature")},
            "toxicity": {"max_num": len(SUBJECTS)},
        }

    def clean(self, value: Any, **more: Any) -> Any:
        """The facts. Raises StreamBlockValidationError for two findings on one kind of creature."""
        cleaned = super().clean(value, **more)
        subjects = [child.value["subject"] for child in cleaned if child.block_type == "toxicity"]
        if len(subjects) != len(set(subjects)):
            raise blocks.StreamBlockValidationError(non_block_errors=["Each kind of creature has one finding at most."])
        return cleaned
