# ruff: noqa: RUF001 - hybrid signs and typographic quotes are what is tested
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identification.names import CACHE_NAMES, NAME_CHARS_MAX, _kept, fold, read_name


@pytest.mark.parametrize(
    ("spelling", "canonical"),
    [
        ("Monstera deliciosa", "Monstera deliciosa"),
        ("  monstera \t deliciosa\u00a0", "Monstera deliciosa"),
        ("MONSTERA DELICIOSA", "Monstera deliciosa"),
        ("Monstera Deliciosa", "Monstera deliciosa"),
        ("monstera_deliciosa", "Monstera deliciosa"),
        ("Monstera deliciosa Liebm.", "Monstera deliciosa"),
        ("Pleroma granulosum (Desr.) D.Don", "Pleroma granulosum"),
        ("Mentha x piperita", "Mentha × piperita"),
        ("Mentha X piperita L.", "Mentha × piperita"),
        ("Mentha ×piperita", "Mentha × piperita"),
        ("×Heucherella alba", "× Heucherella alba"),
        ("Rosa gigantea 'Cooperi'", "Rosa gigantea 'Cooperi'"),
        ("Rosa gigantea ‘Cooperi’", "Rosa gigantea 'Cooperi'"),
        ("Spathiphyllum wallisii cv. Mauna Loa", "Spathiphyllum wallisii 'Mauna Loa'"),
        ("Acer palmatum var. dissectum (Thunb.) Miq.", "Acer palmatum var. dissectum"),
        ("Rosa sp.", "Rosa"),
        ("rosa", "Rosa"),
        ("Mentha aquatica × Mentha spicata", "Mentha aquatica × Mentha spicata"),
    ],
)
def test_read_name_in_any_spelling_is_canonical(spelling, canonical):
    """Case, spaces, authors, quotes and the letter x for the hybrid sign do not change what is shown."""
    name = read_name(spelling)

    assert name is not None
    assert name.canonical == canonical


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mentha × piperita", "Mentha x piperita L."),
        ("Mentha × piperita", "Mentha piperita"),
        ("Aloë vera", "Aloe vera"),
        ("Æonium arboreum", "Aeonium arboreum"),
        ("Acer palmatum f. atropurpureum", "Acer palmatum var. atropurpureum"),
        ("Rosa sp.", "Rosa"),
        ("Hydrangea macrophylla 'Endless Summer'", "hydrangea macrophylla ‘Endless Summer’"),
    ],
)
def test_key_of_two_ways_to_write_one_name_is_equal(one, other):
    """Names that the botanical code takes for the same are the same key."""
    first, second = read_name(one), read_name(other)

    assert first is not None
    assert second is not None
    assert first.key == second.key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rosa 'Cooperi'", "Rosa"),
        ("Rosa 'Cooperi'", "Rosa 'Peace'"),
        ("Rosa gigantea 'Cooperi'", "Rosa gigantea"),
        ("Abies alba var. alba", "Abies alba"),
        ("Spathiphyllum wallisii cv. A", "Spathiphyllum wallisii cv. B"),
        ("Monstera deliciosa", "Monstera adansonii"),
    ],
)
def test_key_of_different_names_differs(one, other):
    """A cultivar or variety is not its species."""
    first, second = read_name(one), read_name(other)

    assert first is not None
    assert second is not None
    assert first.key != second.key


@pytest.mark.parametrize(
    ("text", "given", "rank"),
    [
        ("Quercus", "species", "genus"),
        ("Quercus", "genus", "genus"),
        ("Quercus Michx", "genus", "genus"),
        ("Rosaceae", "species", "family"),
        ("Fagales", "order", "order"),
        ("Rosa sp.", "species", "genus"),
        ("Rosa 'Cooperi'", "species", "cultivar"),
        ("Acer palmatum var. dissectum", "species", "variety"),
        ("Acer palmatum dissectum", "species", "infraspecies"),
        ("Acer palmatum dissectum", "variety", "variety"),
    ],
)
def test_rank_is_read_from_the_name_before_it_is_believed(text, given, rank):
    """A lone genus that a provider calls a species is a genus; the provider's rank fills what the text leaves open."""
    name = read_name(text, rank=given)

    assert name is not None
    assert name.rank == rank


@pytest.mark.parametrize("text", ["Sansevieria trifasciata var. laurentii", "Sansevieria trifasciata 'Laurentii'"])
def test_species_of_a_variety_or_cultivar_is_the_species_it_belongs_to(text):
    """Below the species a name still knows its species, genus and binomial."""
    name = read_name(text)

    assert name is not None
    assert (name.species, name.binomial, name.genus) == (
        "sansevieria trifasciata",
        "Sansevieria trifasciata",
        "Sansevieria",
    )


@pytest.mark.parametrize("text", ["Rosa", "Rosaceae", "Rosa 'Cooperi'", "Rosa sp."])
def test_species_of_a_name_above_species_is_none(text):
    """Neither a genus nor a cultivar of a genus names a species."""
    name = read_name(text)

    assert name is not None
    assert name.species is None


@pytest.mark.parametrize("text", ["", "   ", "\x00\n", "×"])
def test_read_name_of_nothing_is_none(text):
    """A blank name is no name."""
    assert read_name(text) is None


def test_authorship_in_the_name_is_kept_apart():
    """An author that came with the name is not lost."""
    name = read_name("Dracaena trifasciata (Prain) Mabb.")

    assert name is not None
    assert name.authorship == "(Prain) Mabb."


def test_read_name_longer_than_any_name_is_kept_and_not_cached():
    """A text of thousands of letters costs no parsing and no cache."""
    before = _kept.cache_info().currsize

    name = read_name("A" * (NAME_CHARS_MAX + 1))

    assert name is not None
    assert name.canonical == "A" * (NAME_CHARS_MAX + 1)
    assert _kept.cache_info().currsize == before
    assert _kept.cache_info().maxsize == CACHE_NAMES


@settings(deadline=None)  # the parser's first call takes 0.1 s
@given(st.text(max_size=60))
def test_read_name_of_any_text_has_a_key_and_never_fails(text):
    """Whatever a provider calls a plant can be compared, and reads the same a second time."""
    name = read_name(text)

    assert name == read_name(text)
    assert (name is None) == (not fold("".join(sign if sign.isprintable() else " " for sign in text).replace("_", " ")))
    assert name is None or (name.key and name.canonical)
