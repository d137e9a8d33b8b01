"""Photos drawn for the tests: leafy pictures in every format, and files that lie, drawn by hand."""

import io
import math
import random
import struct
import zlib
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageStat

UPSTREAM = Path(__file__).resolve().parents[4].parent / "shared" / "upstream" / "photos"
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
FAST = {  # how the encoders are told not to try too hard
    "png": {"compress_level": 1},
    "webp": {"method": 0},
    "avif": {"speed": 10},
    "heic": {"quality": 60, "enc_params": {"preset": "ultrafast"}},
}
SECRET = b"Elm Street 12"  # stands for whatever a photo says of its maker
P3 = {"r": (0.51512, 0.2412, -0.00105), "g": (0.29198, 0.69225, 0.04189), "b": (0.1571, 0.06657, 0.78407)}


class Photos:
    """Draws pictures and encodes them. All are the same at each run."""

    formats = ("jpeg", "png", "webp", "avif", "heic")

    def leaves(self, width=480, height=360, *, seed=1):
        """A picture with smooth, sharp and noisy parts, and no symmetry."""
        rng = random.Random(seed)
        noise = Image.frombytes("RGB", (64, 48), rng.randbytes(64 * 48 * 3))
        picture = noise.resize((width, height), Image.Resampling.BICUBIC)
        pen = ImageDraw.Draw(picture)
        for _ in range(60):
            x, y, size = rng.randrange(width), rng.randrange(height), rng.randrange(4, width // 6)
            pen.ellipse((x, y, x + size, y + size // 2), fill=(rng.randrange(80), 80 + rng.randrange(150), 30))
        pen.rectangle((0, 0, width // 8, height // 8), fill=(250, 10, 10))  # the upper left corner is red
        return picture

    def encode(self, picture, kind="jpeg", **options):
        """The file of a picture in one of `formats`."""
        file, options = io.BytesIO(), FAST.get(kind, {}) | options
        if kind == "heic":
            pillow_heif.from_pillow(picture).save(file, **options)
        else:
            picture.save(file, kind.upper(), **options)
        return file.getvalue()

    def decode(self, data):
        """The picture in a file, loaded."""
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
            return picture

    def exif(self, orientation=1):
        """An EXIF block with a place, a maker, and an orientation."""
        tags = Image.Exif()
        tags[0x0112] = orientation
        tags[0x010F] = SECRET.decode()
        tags.get_ifd(0x8825)[2] = (48.0, 12.0, 30.0)  # GPSLatitude
        return tags.tobytes()

    def profile(self, space="RGB ", *, gamma=2.2, columns=P3, name="Wide"):
        """A small ICC profile (v2, matrix or grey): by default the primaries of Display P3."""
        curve = b"curv" + struct.pack(">IIH", 0, 1, round(gamma * 256)) + b"\0\0"
        tags = {b"desc": b"desc" + struct.pack(">II", 0, len(name) + 1) + name.encode() + bytes(80)}
        tags[b"wtpt"] = self.xyz(0.9642, 1.0, 0.8249)
        if space == "RGB ":
            tags |= {f"{band}XYZ".encode(): self.xyz(*column) for band, column in columns.items()}
            tags |= {f"{band}TRC".encode(): curve for band in columns}
        else:
            tags[b"kTRC"] = curve
        table, body, at = struct.pack(">I", len(tags)), b"", 132 + 12 * len(tags)
        for tag, value in tags.items():
            table += struct.pack(">4sII", tag, at + len(body), len(value))
            body += value + bytes(-len(value) % 4)
        header = struct.pack(
            ">I4s4s4s4s4s", at + len(body), bytes(4), b"\x02\x40\0\0", b"mntr", space.encode(), b"XYZ "
        )
        header = header + bytes(12) + b"acsp" + bytes(28) + struct.pack(">3I", 63190, 65536, 54061)
        return header.ljust(128, b"\0") + table + body

    def xyz(self, *values):
        """An ICC tag of three numbers."""
        return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))

    def chunk(self, kind, body):
        """One PNG chunk."""
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    def with_chunk(self, png, kind, body):
        """A PNG with one more chunk after its header."""
        return png[:33] + self.chunk(kind, body) + png[33:]

    def psnr(self, one, other):
        """Peak signal-to-noise ratio of two RGB pictures in dB; 99 when they are the same."""
        stat = ImageStat.Stat(ImageChops.difference(one, other))
        error = sum(stat.sum2) / sum(stat.count)
        return 10 * math.log10(255**2 / error) if error else 99.0


@pytest.fixture(scope="session")
def photos():
    """The pencil box."""
    return Photos()


@pytest.fixture(scope="session")
def upstream():
    """The folder of real photos beside the checkout; skips when there is none."""
    if not UPSTREAM.is_dir():
        pytest.skip("no folder shared/upstream/photos beside the checkout")
    return UPSTREAM
