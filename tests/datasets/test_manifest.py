import json

import pytest

from srq.datasets.manifest import Entry, LowRes, read_manifest, write_manifest
from srq.errors import DataError, StorageError

GOOD = {"hr": "HR/a.png", "scale": 2, "lr": [{"path": "x2/a.png"}]}


def written(tmp_path, *lines):
    path = tmp_path / "manifest.jsonl"
    path.write_text("".join((x if isinstance(x, str) else json.dumps(x)) + "\n" for x in lines))
    return path


def test_a_line_is_an_hr_with_its_lrs(tmp_path):
    made = {"path": "/far/b.png", "recipe": "paper", "seed": 3, "steps": [{"kind": "jpeg"}]}
    path = written(tmp_path, GOOD, "", {**GOOD, "lr": [{"path": "x2/a.png"}, made]})
    one, two = read_manifest(path)
    assert one == Entry(tmp_path / "HR/a.png", 2, (LowRes(tmp_path / "x2/a.png"),))
    assert two.lr[1].path.as_posix() == "/far/b.png"
    assert two.lr[1].steps == ({"kind": "jpeg"},)
    assert (two.lr[1].recipe, two.lr[1].seed) == ("paper", 3)


def test_what_is_written_is_read_again_and_may_be_moved(tmp_path):
    entries = (
        Entry(
            tmp_path / "HR" / "é.png",
            3,
            (LowRes(tmp_path / "lr" / "é.png", "paper", 0, ({"kind": "blur", "radius": 0.5},)),),
        ),
    )
    write_manifest(tmp_path / "lr" / "manifest.jsonl", entries)
    (entry,) = read_manifest(tmp_path / "lr" / "manifest.jsonl")
    assert entry.hr.resolve() == entries[0].hr
    assert entry.lr[0].path.resolve() == entries[0].lr[0].path
    assert entry.lr[0].steps == entries[0].lr[0].steps
    (tmp_path / "lr").rename(tmp_path / "moved")
    (moved,) = read_manifest(tmp_path / "moved" / "manifest.jsonl")
    assert moved.lr[0].path == tmp_path / "moved" / "é.png"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{", "line 2 is not JSON: .* at column"),
        ("[1]", r"line 2 must be a JSON object, not \[1\]"),
        ({**GOOD, "scales": 2}, "line 2: unknown key 'scales'; did you mean 'scale'"),
        ({"hr": "a", "lr": [{"path": "b"}]}, "line 2: 'scale' is missing"),
        ({**GOOD, "scale": "2"}, "line 2: 'scale' must be a whole number, not '2'"),
        ({**GOOD, "scale": True}, "line 2: 'scale' must be a whole number, not True"),
        ({**GOOD, "scale": 0}, "line 2: 'scale' must be at least 1"),
        ({**GOOD, "hr": 3}, "line 2: 'hr' must be a string"),
        ({**GOOD, "lr": "x.png"}, "line 2: 'lr' must be a list"),
        ({**GOOD, "lr": []}, "line 2: 'lr' is empty"),
        ({**GOOD, "lr": ["x.png"]}, "line 2, LR picture 1 must be a JSON object"),
        ({**GOOD, "lr": [{"path": "b"}, {}]}, "line 2, LR picture 2: 'path' is missing"),
        ({**GOOD, "lr": [{"path": "b", "pth": 1}]}, "unknown key 'pth'; did you mean 'path'"),
    ],
)
def test_a_wrong_line_is_told_by_its_number(tmp_path, line, sentence):
    path = written(tmp_path, GOOD, line)
    with pytest.raises(DataError, match=sentence) as caught:
        read_manifest(path)
    assert str(path) in str(caught.value)


def test_a_manifest_that_cannot_be_read_is_told(tmp_path):
    with pytest.raises(StorageError, match=r"gone\.jsonl"):
        read_manifest(tmp_path / "gone.jsonl")
    with pytest.raises(DataError, match="names no pictures"):
        read_manifest(written(tmp_path, "", " "))
    path = tmp_path / "bytes.jsonl"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(DataError, match="not UTF-8"):
        read_manifest(path)
