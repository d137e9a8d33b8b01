"""From an uploaded file to the pictures the providers get: small, upright, sRGB, and without a word about its maker."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalisedPhoto:
    """One photo in the sizes we use, all JPEG without metadata, and the digest that stands for its picture."""

    digest: str
    width: int
    height: int
    large: bytes
    medium: bytes
    thumbnail: bytes
