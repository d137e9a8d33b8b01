import io
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

# The high-water mark of a process's own memory; ru_maxrss would start at that of the parent, which a fork leaves behind.
PEAK = Path("/proc/self/status")
MIB = 2**20
PROGRAM = """
import sys
from pathlib import Path
from identification.errors import PhotoRefused
from identification.photo import normalise
def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) * 1024
for name in sys.argv[1:]:
    data, before = Path(name).read_bytes(), peak()
    try:
        outcome = normalise(data).width
    except PhotoRefused as refusal:
        outcome = refusal.code
    print(peak() - before, outcome)
"""

pytestmark = pytest.mark.skipif(not PEAK.exists(), reason="the peak of a process's memory is read from /proc")


def flat(mode, size, kind, **options):
    """A file of one colour: small, quick to make, and as large as any when it is drawn."""
    colour = (90, 140, 40, 200)[: len(Image.new(mode, (1, 1)).getbands())]
    file = io.BytesIO()
    Image.new(mode, size, colour).save(file, kind, **options)
    return file.getvalue()


def measured(folder, photos, data):
    """Bytes above idle at the peak of normalising `data` in a process of its own, and what came of it."""
    first, second = folder / "first", folder / "second"
    first.write_bytes(photos.encode(photos.leaves(100, 100)))  # loads what a server has loaded long ago
    second.write_bytes(data)
    command = [sys.executable, "-c", PROGRAM, str(first), str(second)]
    lines = subprocess.run(command, capture_output=True, check=True, text=True).stdout.splitlines()
    taken, outcome = lines[1].split()
    return int(taken), outcome


LARGEST = {
    "jpeg of 40 megapixels": ("RGB", (7300, 5470), "JPEG", {}),
    "jpeg that cannot be halved": ("RGB", (2999, 2999), "JPEG", {}),
    "progressive jpeg": ("RGB", (6000, 4000), "JPEG", {"progressive": True}),
    "cmyk jpeg": ("CMYK", (2999, 2999), "JPEG", {}),
    "png": ("RGB", (4600, 3900), "PNG", {}),
    "png with alpha that cannot be halved": ("RGBA", (2999, 2999), "PNG", {}),
    "grey png of 40 megapixels": ("L", (7300, 5470), "PNG", {}),
    "webp": ("RGB", (3264, 2448), "WEBP", {"method": 0}),
    "avif": ("RGB", (4032, 3024), "AVIF", {"speed": 10}),
}


@pytest.mark.parametrize("case", LARGEST)
def test_normalise_largest_of_each_format_stays_under_100_mib(tmp_path, photos, case):
    """The largest photo that a format may have takes less than 100 MiB above idle."""
    mode, size, kind, options = LARGEST[case]
    taken, outcome = measured(tmp_path, photos, flat(mode, size, kind, **options))
    assert outcome.isdigit()
    assert taken < 100 * MIB


def test_normalise_iphone_heic_of_24_megapixels_stays_under_120_mib(tmp_path, photos):
    """The one exception: an iPhone's default picture is read, at up to 120 MiB."""
    data = photos.encode(Image.new("RGB", (5712, 4284), (90, 140, 40)), "heic")
    taken, outcome = measured(tmp_path, photos, data)
    assert outcome == "1500"
    assert taken < 120 * MIB


@pytest.mark.parametrize(
    ("mode", "size", "kind", "options"),
    [
        ("L", (20_000, 20_000), "PNG", {}),
        ("RGB", (6300, 6300), "PNG", {}),
        ("RGB", (7300, 5470), "JPEG", {"progressive": True, "subsampling": "4:4:4"}),
        ("RGB", (4000, 4000), "WEBP", {"method": 0}),
        ("RGB", (4000, 4000), "AVIF", {"speed": 10}),
    ],
)
def test_normalise_beyond_the_limits_costs_no_memory(tmp_path, photos, mode, size, kind, options):
    """What would take too much is refused by its header: at the price of the file, not of its pixels."""
    data = flat(mode, size, kind, **options)
    taken, outcome = measured(tmp_path, photos, data)
    assert outcome == "photo_too_large"
    assert taken < 5 * MIB + len(data)


def test_normalise_lying_avif_costs_no_memory(tmp_path, photos):
    """An AVIF that claims 640 x 480 and codes 16 megapixels is refused before its decoder believes it."""
    honest = flat("RGB", (4000, 4000), "AVIF", speed=10)
    claim, lie = (4000).to_bytes(4) * 2, (640).to_bytes(4) + (480).to_bytes(4)
    taken, outcome = measured(tmp_path, photos, honest.replace(claim, lie))
    assert outcome == "photo_damaged"
    assert taken < 5 * MIB
