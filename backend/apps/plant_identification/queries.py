"""What is read: one identification with all that belongs to it, and an asker's history."""

import uuid

from apps.plant_identification.models import Identification, IdentificationQuerySet, Photo


def with_all() -> IdentificationQuerySet:
    """Identifications with photos and feedback, in four queries however many there are."""
    return Identification.objects.select_related("feedback").prefetch_related("photos__picture")


def find_identification(
    identification_id: uuid.UUID, *, owner_id: int | None, test_key: bool = False
) -> Identification | None:
    """The identification, if this asker may see it: it is theirs, or nobody's and they know its id (law 12)."""
    identification = with_all().seen_by(test_key=test_key).filter(pk=identification_id).first()
    if identification is None or identification.owner_id not in (None, owner_id):
        return None
    return identification


def find_photo(
    identification_id: uuid.UUID, position: int, *, owner_id: int | None, test_key: bool = False
) -> Photo | None:
    """The photo at `position` (from 0) of an identification this asker may see."""
    photo = (
        Photo.objects.select_related("identification", "picture")
        .filter(identification_id=identification_id, position=position, identification__sandbox=test_key)
        .first()
    )
    if photo is None or photo.identification.owner_id not in (None, owner_id):
        return None
    return photo
