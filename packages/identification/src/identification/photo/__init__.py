"""From an uploaded file to the pictures the providers get: small, upright, sRGB, and without a word about its maker.

`develop` holds the sizes and the result, `darkroom` keeps the work off the event loop, one module per format knows that
format's bytes. Why it is so: docs/adr/0003-photo-normalisation.md.
"""

from identification.photo.darkroom import Darkroom
from identification.photo.develop import NormalisedPhoto, normalise, raw_digest
from identification.photo.formats import BYTES_MAX, PIXELS_MAX, READERS, sniff

__all__ = ["BYTES_MAX", "PIXELS_MAX", "READERS", "Darkroom", "NormalisedPhoto", "normalise", "raw_digest", "sniff"]
