"""What may import what in the mobile app."""

import sys

import pytest
from parts_of_sources import SOURCES, imports_of, python_files

OWN = {"client", "parts", "screens", "state"}
OUTSIDE = {"httpx", "PIL"}
FLET = {"flet", "flet_camera", "flet_geolocator", "flet_permission_handler", "flet_secure_storage"}
MAY = {  # each room of the app: what it may know besides the standard library
    "state": {"state", "PIL"},
    "parts": {"state", "parts", *FLET},
    "screens": {"state", "parts", "screens", *FLET},
    "client.py": {"state", "httpx"},
    "main.py": OWN | FLET,
}


@pytest.mark.parametrize("room", MAY)
def test_rooms_of_the_app_know_only_what_they_may(room):
    """`state/` knows no Flet and no HTTP; nothing knows the server's code; only the client knows HTTP."""
    place = SOURCES / room
    files = [place] if place.is_file() else python_files(room)
    assert files
    for path in files:
        roots = {name.split(".")[0] for name in imports_of(path)} - set(sys.stdlib_module_names)
        assert roots <= MAY[room], (path.name, roots - MAY[room])


def test_every_file_has_a_room():
    """A new one names what it may know."""
    rooms = {path.relative_to(SOURCES).parts[0] for path in python_files()}
    assert rooms == set(MAY)
