from io import BytesIO

import pytest
from PIL import Image

from plant_simulator.cards import read_card
from plant_simulator.catalogue import DISEASES, LEAF_SHAPES, PLANTS
from plant_simulator.drawings import FAULT_CARDS, draw_fault_card, draw_not_a_plant, draw_plant, draw_sample_leaf
from plant_simulator.leaf_shapes import outline_of
from plant_simulator.seeing import see


def open_picture(data):
    """The picture in the bytes."""
    return Image.open(BytesIO(data))


def send_again(data, long_side):
    """The picture as it arrives after an app has scaled it and saved it as JPEG."""
    picture, out = open_picture(data), BytesIO()
    picture.thumbnail((long_side, long_side))
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()


@pytest.mark.parametrize("fault", FAULT_CARDS)
@pytest.mark.parametrize("long_side", [1500, 1280, 640])
def test_fault_card_is_read_after_scaling_and_jpeg(fault, long_side):
    """A card tells its fault in every rendition that a provider may get."""
    card = draw_fault_card(fault)
    assert see(send_again(card, long_side)).fault == see(card).fault == fault


@pytest.mark.parametrize("long_side", [320, 240])
def test_fault_card_survives_thumbnails_too(long_side):
    """Cells of 15 pixels are enough."""
    assert [see(send_again(draw_fault_card(fault), long_side)).fault for fault in FAULT_CARDS] == list(FAULT_CARDS)


def test_fault_card_after_two_generations_of_poor_jpeg_is_read():
    """Phones save twice."""
    picture, out = open_picture(send_again(draw_fault_card("hang"), 700)), BytesIO()
    picture.resize((611, 458)).save(out, "JPEG", quality=40)
    assert see(out.getvalue()).fault == "hang"


def test_fault_card_enlarged_is_read():
    """A card shown larger than it was drawn is the same card."""
    picture, out = open_picture(draw_fault_card("disagree")), BytesIO()
    picture.resize((1500, 1125)).save(out, "JPEG", quality=85)
    assert see(out.getvalue()).fault == "disagree"


def test_fault_card_with_one_wrong_cell_is_no_card():
    """The pattern is its own checksum: a changed cell is not read as another fault."""
    card = open_picture(draw_fault_card("error_500")).convert("L")
    cell = (4 * 75, 3 * 75, 5 * 75, 4 * 75)
    card.paste(255 - round(card.getpixel((cell[0] + 37, cell[1] + 37)) / 255) * 255, cell)
    assert read_card(card) is None


@pytest.mark.parametrize("cell", [(0, 0), (7, 0), (15, 11), (1, 1), (14, 5)])
def test_fault_card_with_a_broken_ring_is_no_card(cell):
    """Without both rings nothing is read."""
    card = open_picture(draw_fault_card("error_500")).convert("L")
    card.paste(128, (cell[0] * 75, cell[1] * 75, cell[0] * 75 + 75, cell[1] * 75 + 75))
    assert read_card(card) is None


def test_fault_card_of_an_unknown_fault_is_refused():
    """A typing error shows at once."""
    with pytest.raises(ValueError, match="no fault card is called 'earthquake'"):
        draw_fault_card("earthquake")


def test_photos_are_never_read_as_cards():
    """Drawn photos of every kind, and plain and chequered pictures, name no fault."""
    pictures = [
        draw_not_a_plant(),
        *(draw_sample_leaf(seed, width=400, height=300) for seed in range(25)),
        *(draw_plant(plant.name, size=160, organ="flower") for plant in PLANTS[::4]),
    ]
    chequers = Image.effect_mandelbrot((320, 240), (-2, -1.5, 1, 1.5), 60)
    plain = [Image.new("L", (320, 240), level) for level in (0, 128, 255)]
    assert {see(picture).fault for picture in pictures} == {None}
    assert {read_card(picture) for picture in [*plain, chequers]} == {None}


@pytest.mark.parametrize("organ", ["leaf", "flower", "fruit", "bark"])
def test_draw_plant_is_a_square_jpeg_of_the_size(organ):
    """Each organ has a picture, the same one each time."""
    data = draw_plant("Digitalis purpurea", size=150, organ=organ)
    picture = open_picture(data)
    assert (picture.format, picture.size) == ("JPEG", (150, 150))
    assert data == draw_plant("Digitalis purpurea", size=150, organ=organ)


@pytest.mark.parametrize("plant", PLANTS[::6], ids=lambda plant: plant.name)
def test_draw_plant_shows_a_plant(plant):
    """A drawn plant is seen as one, whatever the organ."""
    assert all(
        see(draw_plant(plant.name, size=160, organ=organ)).is_plant for organ in ("leaf", "flower", "fruit", "bark")
    )


@pytest.mark.parametrize("name", ["Ficus", DISEASES[0].name, "Nomen nudum"])
def test_draw_plant_takes_a_genus_a_disease_or_any_name(name):
    """There is a picture behind every name, and behind every organ."""
    assert open_picture(draw_plant(name, size=120)).size == (120, 120)
    assert open_picture(draw_plant(name, size=120, organ="habit")).size == (120, 120)


def test_draw_plant_differs_from_plant_to_plant():
    """Two plants never share a picture."""
    pictures = {draw_plant(plant.name, size=80) for plant in PLANTS}
    assert len(pictures) == len(PLANTS)


def test_draw_sample_leaf_with_another_seed_is_another_photo():
    """The seed decides, and alone; without size it is 1200 by 900."""
    photos = {draw_sample_leaf(seed, width=200, height=150) for seed in (0, 1, 2, 2)}
    assert len(photos) == 3
    assert open_picture(draw_sample_leaf()).size == (1200, 900)


@pytest.mark.parametrize("seed", range(12))
def test_draw_sample_leaf_shows_a_plant(seed):
    """A demonstration without a photo of one's own still has a plant to identify."""
    assert see(draw_sample_leaf(seed, width=600, height=450)).is_plant is True


@pytest.mark.parametrize("shape", LEAF_SHAPES)
def test_outline_of_every_shape_lies_on_the_drawing(shape):
    """Each leaf has at least one blade, and no blade leaves its square by more than a hair."""
    outline = outline_of(shape)
    points = [point for blade in outline.blades for point in blade]
    assert len(points) > 50
    assert all(-0.02 <= x <= 1.02 and -0.02 <= y <= 1.02 for x, y in points)
