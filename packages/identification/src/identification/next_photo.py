"""Which photo would help most, and why: coaching for an answer that is not sure."""

import enum
from collections.abc import Sequence

from identification.answer import NextPhoto, ProviderAnswer
from identification.question import Organ

# Pl@ntNet's own order of what tells species apart (my.plantnet.org/doc/faq).
MOST_TELLING = (Organ.FLOWER, Organ.FRUIT, Organ.LEAF, Organ.HABIT, Organ.BARK)
ORGAN_SEEN = 0.5  # score from which a predicted organ counts as shown


class PhotoReason(enum.StrEnum):
    """Why another photo would help; the clients make the sentence. The first that holds, in this order."""

    PROVIDERS_DISAGREE = "providers-disagree"
    NOT_RECOGNISED = "not-recognised"  # a plant is seen, and nobody offers a clear name
    SCORES_CLOSE = "scores-close"  # another species comes near
    ONE_ORGAN_ONLY = "one-organ-only"
    SCORES_LOW = "scores-low"


def suggest_photo(
    answers: Sequence[ProviderAnswer], organs: Sequence[Organ], pressing: PhotoReason | None
) -> NextPhoto | None:
    """The most telling organ not shown yet, or None when all five are.

    `pressing` is the reason that the answers themselves give, if any; the photos give the rest.
    """
    shown = organs_shown(answers, organs)
    wanted = next((organ for organ in MOST_TELLING if organ not in shown), None)
    if wanted is None:
        return None
    reason = pressing or (PhotoReason.ONE_ORGAN_ONLY if _is_one_organ(shown, organs) else PhotoReason.SCORES_LOW)
    return NextPhoto(organ=wanted.value, reason=reason.value)


def organs_shown(answers: Sequence[ProviderAnswer], organs: Sequence[Organ]) -> frozenset[str]:
    """The organs that the user named, and those that a provider is confident to see."""
    named = {organ.value for organ in organs}
    seen = {each.organ for answer in answers for each in answer.predicted_organs if each.score >= ORGAN_SEEN}
    return frozenset((named | seen) & {organ.value for organ in MOST_TELLING})


def _is_one_organ(shown: frozenset[str], organs: Sequence[Organ]) -> bool:
    """One organ is known to be shown; or none is, and there is but one photo."""
    return len(shown) == 1 or (not shown and len(organs) == 1)
