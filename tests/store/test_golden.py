"""Stored pictures of old are restored byte for byte, for ever.

``tests/store/golden`` has files and records that an srq stored, the Programs that restore them, and
what came out, as PNG. They never change: what a later srq stores otherwise gets files beside them.
"""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("imagecodecs", reason="pip install 'srq[store]'")

from srq import zoo
from srq.errors import DataError
from srq.image.io import read
from srq.store.form import Form
from srq.store.restore import keeps_file, restore_file, restore_picture
from srq.upscaling.fingerprints import Programs

GOLDEN = Path(__file__).parent / "golden"
RECORDS = sorted(GOLDEN.glob("*.json"))


@pytest.fixture
def kept(monkeypatch) -> Programs:
    """The Programs of the folder alone: the zoo has none of them any more."""
    monkeypatch.setattr(zoo, "names", lambda _: [])
    return Programs(GOLDEN / "programs")


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
def test_it_comes_back_byte_for_byte(record, kept):
    form = Form.from_json(record.read_text())
    data = record.with_suffix(form.suffix).read_bytes()
    if keeps_file(form):
        assert restore_file(data, form) == record.with_suffix(".came").read_bytes()
        return
    restored = restore_picture(data, form, kept.engine)
    assert np.array_equal(restored.pixels, read(record.with_suffix(".png")).pixels)


def test_every_way_is_there():
    forms = [Form.from_json(record.read_text()) for record in RECORDS]
    ways = {(form.kind, form.codec, form.scale, form.program is not None) for form in forms}
    assert ways >= {
        ("jpeg-in-jxl", None, 1, False),
        ("pixels", "avif", 1, False),
        ("pixels", "avif444", 1, False),
        ("pixels", "avif444", 2, True),
        ("pixels", "avif444", 3, True),
        ("pixels", "avif444", 2, False),
        ("pixels", "jxl", 1, False),
        ("pixels", "webp", 1, False),
    }


def test_without_its_program_it_is_told(kept):
    (record,) = (one for one in RECORDS if one.stem == "half-kim-x2")
    form = Form.from_json(record.read_text())
    data = record.with_suffix(form.suffix).read_bytes()
    with pytest.raises(DataError, match="There is no Program of fingerprint"):
        restore_picture(data, form, Programs().engine)
