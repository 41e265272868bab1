import string

from hypothesis import given
from hypothesis import strategies as st

from srq.datasets.degrading.plan import cut_into_parts, name_sources

NAMES = st.lists(
    st.text(st.sampled_from("aAb.1\n%é" + "\udcff"), min_size=1, max_size=6).map(
        lambda stem: stem + ".png"
    )
    | st.sampled_from(["a.jpg", "a.png", "A.png", "a.jpg.png", "x/a.png", "x/a.webp"]),
    min_size=1,
    unique=True,
)


@given(NAMES)
def test_no_two_sources_have_one_stem(names):
    sources = name_sources(names)
    assert sorted(source.name for source in sources) == sorted(names)
    assert len({source.stem.casefold() for source in sources}) == len(names)
    assert all(source.stem.isprintable() for source in sources)
    assert name_sources(reversed(names)) == sources


def test_a_stem_is_the_name_without_its_suffix_unless_two_would_be_one():
    stems = {
        s.name: s.stem
        for s in name_sources(["a.jpg", "a.png", "b.png", "x/a.png", "c\n.png", "..png"])
    }
    assert stems == {
        "a.jpg": "a.jpg",
        "a.png": "a.png",
        "b.png": "b",
        "x/a.png": "x/a",
        "c\n.png": "c%0A",
        "..png": "..png",
    }


@given(st.integers(1, 9), st.integers(1, 300))
def test_parts_hold_every_source_once_in_order(about, count):
    sources = name_sources(f"{n}.png" for n in range(count))
    parts = cut_into_parts(sources, about)
    assert tuple(source for part in parts for source in part.sources) == sources
    assert all(1 <= len(part.sources) <= 4 * about for part in parts)
    assert len({part.id for part in parts}) == len(parts)


def test_one_more_picture_changes_few_parts():
    names = [f"{a}{b}{n}.png" for a in string.ascii_letters for b in "xyz" for n in range(20)]
    before = {part.id for part in cut_into_parts(name_sources(names), 16)}
    for extra in ("aa.png", "zz.png", "mm.png"):
        after = {part.id for part in cut_into_parts(name_sources([*names, extra]), 16)}
        assert len(after - before) <= 2
