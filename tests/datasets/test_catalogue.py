import pytest

from srq.datasets.catalogue import find_item, load_catalogue
from srq.errors import ConfigError, DataError, StorageError

ENTRY = f'url = "https://host.example/a/b.zip"\nsize = 3\nsha256 = "{"0f" * 32}"\n'


def loaded(tmp_path, text):
    path = tmp_path / "sets.toml"
    path.write_text(text)
    return load_catalogue(path)


def test_the_shipped_catalogue_is_well_formed():
    catalogue = load_catalogue()
    assert {"DIV2K-train", "DIV2K-valid"} <= set(catalogue)
    assert all(item.about and item.terms for item in catalogue.values())
    assert all(item.url.startswith("https://") for item in catalogue.values())
    assert len({item.sha256 for item in catalogue.values()}) == len(catalogue)


def test_a_catalogue_of_ones_own(tmp_path):
    item = find_item(loaded(tmp_path, f"[mine]\n{ENTRY}"), "mine")
    assert (item.file, item.size, item.about) == ("b.zip", 3, "")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[mine", "not valid TOML"),
        ("mine = 3", r"\[mine\] must be a table"),
        (f"['../out']\n{ENTRY}", "a set's name must be letters"),
        (f"['.']\n{ENTRY}", "a set's name must be letters"),
        (f"[mine]\n{ENTRY}md5 = 'x'", "unknown key 'md5'; choose one of url,"),
        (f"[mine]\n{ENTRY}tems = 'x'", "unknown key 'tems'; did you mean 'terms'"),
        ("[mine]\nsize = 3", "'url' is missing"),
        (f"[mine]\n{ENTRY}".replace("size = 3", ""), "'size' is missing"),
        (f"[mine]\n{ENTRY}".replace("3", "'3'", 1), "'size' must be a whole number, not '3'"),
        (f"[mine]\n{ENTRY}".replace("3", "0", 1), "'size' must be the file's length"),
        (f"[mine]\n{ENTRY}".replace("0f0f", "0F0F"), "'sha256' must be 64 digits"),
        (f"[mine]\n{ENTRY}".replace("https", "file"), "'url' must be that of a file over http"),
        (f"[mine]\n{ENTRY}".replace("b.zip", ""), "'url' must be that of a file over http"),
    ],
)
def test_a_wrong_entry_is_told(tmp_path, text, sentence):
    with pytest.raises(ConfigError, match=sentence) as caught:
        loaded(tmp_path, text)
    assert "sets.toml" in str(caught.value)


def test_a_catalogue_that_cannot_be_read_is_told(tmp_path):
    with pytest.raises(StorageError, match=r"gone\.toml"):
        load_catalogue(tmp_path / "gone.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_catalogue(tmp_path / "bytes.toml")


def test_an_unknown_set_is_answered_with_the_nearest():
    with pytest.raises(DataError, match="did you mean 'DIV2K-train'"):
        find_item(load_catalogue(), "DIV2K-trian")
