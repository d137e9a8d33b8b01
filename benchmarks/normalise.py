"""How long a phone's photo takes to normalise, and how much memory, against the plain way with Pillow.

Run `.venv/bin/python benchmarks/normalise.py`; it takes about 20 seconds and prints a markdown table, the ratio first.
Plain is what one writes without a thought: open, resize with Lanczos to 1500 pixels, save at quality 90: one picture.
Ours makes three (1500, 1280, 320), takes out the metadata and computes a digest. Each run is a process of its own, plain
and ours in turn; memory is its first photo, time its second, when all libraries are loaded.
"""

import io
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from identification.photo import normalise

SIZE = (4000, 3000)  # 12 megapixels, the most common phone photo
REPEATS = 9
OCTAVES = ((8, 0.5), (32, 0.5), (128, 0.4), (512, 0.3), (2000, 0.12))  # cells across, and how strongly they show


def photo_like(size: tuple[int, int]) -> Image.Image:
    """A picture with the detail of a photo at every scale, down to the grain; the same at each run."""
    rng = random.Random(1)
    bands = []
    for _ in "RGB":
        band = Image.new("L", size, 128)
        for across, strength in OCTAVES:
            down = across * size[1] // size[0]
            cells = Image.frombytes("L", (across, down), rng.randbytes(across * down))
            band = Image.blend(band, cells.resize(size, Image.Resampling.BICUBIC), strength)
        bands.append(band)
    return Image.merge("RGB", bands)


def plain(data: bytes) -> bytes:
    """The straight way: one picture of 1500 pixels."""
    with Image.open(io.BytesIO(data)) as photo:
        small = photo.resize((1500, 1125), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    small.save(file, "JPEG", quality=90)
    return file.getvalue()


WAYS: dict[str, Callable[[bytes], object]] = {"plain Pillow": plain, "normalise": normalise}


def peak_bytes() -> int:
    """The most memory this process has had.

    On Linux from /proc: what getrusage says there starts at the peak of the parent that forked this process.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS


def run_once(way: str, file: str) -> None:
    """Print seconds and bytes of one way as JSON; the body of each measuring process."""
    data = Path(file).read_bytes()
    Image.preinit()
    before = peak_bytes()
    WAYS[way](data)
    taken = peak_bytes() - before
    started = time.perf_counter()
    WAYS[way](data)
    print(json.dumps({"seconds": time.perf_counter() - started, "bytes": taken}))


def measure() -> list[dict[str, float | str]]:
    """One row for each way: median seconds and median peak bytes above idle."""
    runs: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "photo.jpg"
        photo_like(SIZE).save(file, quality=90)
        file_bytes = file.stat().st_size
        for _ in range(REPEATS):
            for way in WAYS:
                command = [sys.executable, __file__, way, str(file)]
                runs[way].append(json.loads(subprocess.run(command, check=True, capture_output=True).stdout))
    return [
        {
            "way": way,
            "file_bytes": file_bytes,
            "seconds": statistics.median(run["seconds"] for run in rows),
            "bytes": statistics.median(run["bytes"] for run in rows),
        }
        for way, rows in runs.items()
    ]


def report() -> str:
    """The measurement as a markdown table, ratios first."""
    rows = measure()
    base = rows[0]
    lines = [
        f"## Normalising a photo of {SIZE[0]} x {SIZE[1]} pixels, {float(base['file_bytes']) / 1e6:.1f} MB",
        "",
        f"Median of {REPEATS}, each in a process of its own. Plain Pillow makes one picture, normalise three and a digest.",
        "",
        "| way | times as fast | share of memory | ms | peak MB above idle |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        faster, share = float(base["seconds"]) / float(row["seconds"]), float(row["bytes"]) / float(base["bytes"])
        cells = f"{faster:.2f} | {share:.2f} | {float(row['seconds']) * 1000:.0f} | {float(row['bytes']) / 1e6:.0f}"
        lines.append(f"| {row['way']} | {cells} |")
    return "\n".join(lines)


def main() -> None:
    """Measure and print; with a way and a file as arguments, be one of the measuring processes."""
    if len(sys.argv) == 3:
        run_once(sys.argv[1], sys.argv[2])
    else:
        print(report())


if __name__ == "__main__":
    main()
