"""Tests of the state: a phone in memory, no server, no Flet."""

import io

import pytest
from PIL import Image
from rooms import Room


@pytest.fixture
async def room(tmp_path):
    """A phone and a server, both in memory; the phone's folder is a real one."""
    made = Room(tmp_path)
    yield made
    await made.close()


@pytest.fixture
def photo():
    """Makes small photos, each of another colour."""
    numbers = iter(range(1, 250))

    def make(width=60, height=40, **saved):
        stream = io.BytesIO()
        number = next(numbers)
        Image.new("RGB", (width, height), (number * 37 % 256, number * 91 % 256, 40)).save(stream, "JPEG", **saved)
        return stream.getvalue()

    return make
