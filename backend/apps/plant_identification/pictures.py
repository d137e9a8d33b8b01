"""Photos of identifications and the pictures behind them: stored once, shared by all who upload the same, gone with the last."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db import transaction

from apps.plant_identification.files import NewPicture, order_file_erasures
from apps.plant_identification.models import Identification, Photo, Picture
from identification.known_photos import KnownPhoto
from identification.question import Organ, Question


def store_photos(
    identification: Identification, question: Question, raws: Sequence[str], new: dict[str, NewPicture]
) -> list[Photo]:
    """The stored photos of a stored identification; in the caller's transaction.

    `new` are the pictures nobody had, by digest; those that somebody deleted since are added.
    """
    pictures = find_pictures({photo.digest for photo in question.photos})
    photos = []
    for position, (developed, organ, raw) in enumerate(zip(question.photos, question.organs, raws, strict=True)):
        picture = pictures.get(developed.digest)
        if picture is None:
            picture = _store_picture(new.setdefault(developed.digest, NewPicture(developed)))
        pictures[developed.digest] = picture
        photos.append(
            Photo(identification=identification, position=position, organ=organ, raw_digest=raw, picture=picture)
        )
    return Photo.objects.bulk_create(photos)


def find_pictures(digests: set[str]) -> dict[str, Picture]:
    """The stored pictures among these, by digest; they cannot be deleted before the caller's transaction ends."""
    found = Picture.objects.select_for_update().filter(digest__in=digests).order_by("pk")
    return {picture.digest: picture for picture in found}


def _store_picture(new: NewPicture) -> Picture:
    """Its row, with the names of its files where these lie there already."""
    if new.is_filed:
        new.row.file.name, new.row.thumbnail.name = new.names
        new.is_taken = True
    new.row.save(force_insert=True)
    return new.row


def delete_with_photos(identification: Identification) -> list[str]:
    """Delete an identification with its photos, as `drop_photos` does; in the caller's transaction."""
    raws = drop_photos(identification)
    identification.delete()
    return raws


@transaction.atomic
def drop_photos(identification: Identification) -> list[str]:
    """Delete its photos, and the pictures nobody else refers to; the digests of the files that nobody else has sent.

    Their files are ordered to go; `files.erase_files` is to be called when the transaction is committed.
    """
    found = list(identification.photos.values_list("picture_id", "raw_digest"))
    pictures = list(Picture.objects.select_for_update().filter(pk__in={pk for pk, _ in found}).order_by("pk"))
    Photo.objects.filter(identification_id=identification.pk).delete()
    for picture in pictures:
        if not picture.photos.exists():
            order_file_erasures([str(picture.file.name), str(picture.thumbnail.name)])
            picture.delete()
    raws = {raw for _, raw in found if raw}
    return sorted(raws - set(Photo.objects.filter(raw_digest__in=raws).order_by().values_list("raw_digest", flat=True)))


class ShownPhoto(NamedTuple):
    """What an answer tells of a photo, before the photo has a row."""

    position: int
    organ: Organ
    picture: KnownPhoto


def show_photos(identification: Identification, photos: Sequence[Photo | ShownPhoto]) -> None:
    """Let `identification.photos.all()` be these, without a query."""
    identification._prefetched_objects_cache = {"photos": photos}  # type: ignore[attr-defined] # noqa: SLF001 - Django has no other way
