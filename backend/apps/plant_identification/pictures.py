"""Photos of identifications and the pictures behind them: stored once, shared by all who upload the same, gone with the last."""

import contextlib
from collections.abc import Sequence
from functools import partial

from django.core.files.base import ContentFile
from django.db import transaction

from apps.plant_identification.models import Identification, Photo, Picture, photo_storage
from identification.photo import NormalisedPhoto
from identification.question import Question


def store_photos(
    identification: Identification, question: Question, raws: Sequence[str], on_failure: contextlib.ExitStack
) -> list[Photo]:
    """The stored photos of a stored identification; `on_failure` deletes the new files. In the caller's transaction."""
    pictures = find_pictures({photo.digest for photo in question.photos})
    photos = []
    for position, (developed, organ, raw) in enumerate(zip(question.photos, question.organs, raws, strict=True)):
        picture = pictures.get(developed.digest) or _store_picture(developed, on_failure)
        pictures[developed.digest] = picture
        photos.append(
            Photo(identification=identification, position=position, organ=organ, raw_digest=raw, picture=picture)
        )
    return Photo.objects.bulk_create(photos)


def find_pictures(digests: set[str]) -> dict[str, Picture]:
    """The stored pictures among these, by digest; they cannot be deleted before the caller's transaction ends."""
    found = Picture.objects.select_for_update().filter(digest__in=digests).order_by("pk")
    return {picture.digest: picture for picture in found}


def _store_picture(developed: NormalisedPhoto, on_failure: contextlib.ExitStack) -> Picture:
    picture = Picture(digest=developed.digest, width=developed.width, height=developed.height)
    for field, name, content in (
        (picture.file, "photo.jpg", developed.large),
        (picture.thumbnail, "thumbnail.jpg", developed.thumbnail),
    ):
        field.save(name, ContentFile(content), save=False)
        on_failure.callback(field.storage.delete, str(field.name))
    picture.save(force_insert=True)
    return picture


def delete_with_photos(identification: Identification) -> list[str]:
    """Delete an identification with its photos, as `drop_photos` does; in the caller's transaction."""
    raws = drop_photos(identification)
    identification.delete()
    return raws


@transaction.atomic
def drop_photos(identification: Identification) -> list[str]:
    """Delete its photos, and the pictures nobody else refers to; the digests of the files that nobody else has sent.

    The files go when the transaction is committed.
    """
    found = list(identification.photos.values_list("picture_id", "raw_digest"))
    pictures = list(Picture.objects.select_for_update().filter(pk__in={pk for pk, _ in found}).order_by("pk"))
    Photo.objects.filter(identification_id=identification.pk).delete()
    storage = photo_storage()
    for picture in pictures:
        if not picture.photos.exists():
            names = [str(picture.file.name), str(picture.thumbnail.name)]
            picture.delete()
            for name in names:
                transaction.on_commit(partial(storage.delete, name), robust=True)
    raws = {raw for _, raw in found if raw}
    return sorted(raws - set(Photo.objects.filter(raw_digest__in=raws).order_by().values_list("raw_digest", flat=True)))
