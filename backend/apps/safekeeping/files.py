"""Which files rows name. Names are relative to where photos lie: MEDIA_ROOT, or the beginning of names in the bucket."""

import posixpath
from collections.abc import Iterator
from typing import cast

import msgspec
from django.apps.registry import Apps
from django.db import models

from plant_community_backend.media import Media, get_media

THUMBNAILS = {"plant_identification.picture.thumbnail", "care_guides.guiderendition.file"}


class NamedFile(msgspec.Struct, frozen=True):
    """A file, and the row that needs it."""

    name: str
    field: str  # app.model.field
    row: str

    @property
    def is_small_copy(self) -> bool:
        """Whether it was made of another file that is kept, too."""
        return self.field in THUMBNAILS


def files_named_by_rows(registry: Apps, alias: str) -> Iterator[NamedFile]:
    """Of every file field of every table."""
    for model in registry.get_models():
        meta = model._meta  # noqa: SLF001 - Django's own name
        for field in meta.local_concrete_fields:
            if isinstance(field, models.FileField) and meta.managed:
                rows = model._base_manager.using(alias).exclude(**{field.name: ""})  # noqa: SLF001 - as above
                label = f"{meta.label_lower}.{field.name}"
                for row, name in rows.values_list("pk", field.name).order_by("pk").iterator(chunk_size=500):
                    if name:
                        yield NamedFile(_below_media(field, name), label, str(row))


def _below_media(field: models.FileField, name: str) -> str:
    """A storage may be a folder of its own within that of the photos."""
    return posixpath.relpath(posixpath.join(cast("Media", field.storage).location, name), get_media().location)
