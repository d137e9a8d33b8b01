"""A photo that is added later: the new identification stands for the earlier one, which history no longer lists.

The earlier question stays as it was asked and paid. Asking with more photos is another question (another key, law 1).
"""

import uuid
from collections.abc import Iterable

from apps.plant_identification.models import Identification
from identification.errors import QuestionInvalid


def refuse_unless_own(continues: uuid.UUID, *, owner_id: int | None, visitor: str, sandbox: bool) -> None:
    """Raise QuestionInvalid unless the asker owns a finished identification with this id: nobody hides another's (law 12)."""
    own = Identification.objects.of(owner_id=owner_id, visitor=visitor).seen_by(test_key=sandbox)
    if not own.filter(pk=continues, status=Identification.Status.COMPLETE).exists():
        sentence = "must be the id of an earlier identification of your own that was answered."
        raise QuestionInvalid(field="continues", sentence=sentence)


def stand_for_earlier(answered: Iterable[Identification]) -> None:
    """History lists these instead of the ones they continue; in the transaction that stores their answers."""
    earlier = [each.continues for each in answered if each.continues is not None]
    if earlier:
        Identification.objects.filter(pk__in=earlier).update(continued=True)


def find_earlier_of(identification: Identification) -> Identification | None:
    """The one that this stood for alone: with this one nobody would ever see it again."""
    if identification.continues is None or Identification.objects.filter(continues=identification.continues).exists():
        return None
    return Identification.objects.filter(pk=identification.continues).first()
