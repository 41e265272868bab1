"""Downloads: their bytes, their names, made once."""

import hashlib
import threading

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import select, update

pytest.importorskip("imagecodecs", reason="pip install 'srq[store]'")

import srq
from srq.errors import ConfigError, DataError, ImageError
from srq.image.io import decode
from srq.store.candidates import Way
from srq.store.choose import Trials
from srq.store.library import restored
from srq.store.library.fsck import check
from srq.store.library.gc import collect
from srq.store.library.library import open_library
from srq.store.library.pictures import hold, release
from srq.store.library.restored import download, wish
from srq.store.library.settings import Settings
from srq.store.library.tables import Picture, Restored, now
from tests.store.conftest import file_of
from tests.store.library.conftest import drain, picture_of, taken

EVERYWHERE = True


def bytes_of(library, picture_id, *args, **options) -> bytes:
    file = download(library, wish(library, picture_id, *args, **options))
    data = b"".join(file.pieces(0, None))
    assert len(data) == file.size
    assert b"".join(file.pieces(3, 9)) == data[3:9]
    return data


@pytest.fixture
def exif():
    made = Image.Exif()
    made[0x010F] = "a maker"
    return made


@pytest.fixture
def lossy(library, account, photo, exif, programs):
    """A picture that is stored with loss at half its size, its original gone."""
    came = file_of(photo, "JPEG", quality=95, exif=exif)
    picture_id = taken(library, account, came, "sea.jpeg")
    tried = Trials(decode(came, "it"), programs)
    made = tried.measured(Way("it", "avif444", 2, programs.of_zoo("kim-x2")), 60)
    put = library.blobs.put(made.data)
    with library.database.writing() as session:
        row = session.get(Picture, picture_id)
        release(session, row.stored, row.original)
        row.stored, row.original = hold(session, library.blobs, put), None
        row.record, row.ssimulacra2 = made.form.to_json(), made.fidelity.ssimulacra2
        row.state, row.width, row.height = "settled", 117, 129
    return picture_id


def test_a_picture_can_be_had_from_the_first_moment(library, account, jpeg):
    picture_id = taken(library, account, jpeg, "it.jpg")
    for what in ("restored", "stored", "original"):
        file = download(library, wish(library, picture_id, what))
        assert (file.name, file.media_type) == ("it.jpg", "image/jpeg")
        assert bytes_of(library, picture_id, what) == jpeg


def test_the_file_that_came_comes_back_from_jpeg_xl(library, account, jpeg):
    picture_id = taken(library, account, jpeg, "it.jpg")
    drain(library)
    collect(library)
    assert picture_of(library, picture_id).original is None
    assert bytes_of(library, picture_id) == bytes_of(library, picture_id, "original") == jpeg
    stored = download(library, wish(library, picture_id, "stored"))
    assert (stored.name, stored.media_type) == ("it.jxl", "image/jxl")


def test_restored_pixels_are_those_of_the_record(library, lossy):
    picture = picture_of(library, lossy)
    file = download(library, wish(library, lossy))
    assert (file.name, file.media_type) == ("sea.png", "image/png")
    for suffix in (".png", ".webp"):
        made = decode(bytes_of(library, lossy, suffix=suffix), "it")
        size = np.array(made.size, "<u4").tobytes()
        digest = hashlib.sha256(size + made.pixels.tobytes()).hexdigest()
        assert f'"restored":"{digest}"' in (picture.record or "")
        assert made.exif is not None
    assert decode(bytes_of(library, lossy, suffix=".jpg"), "it").size == (129, 117)
    assert check(library, deep=True).lost == []


def test_twice_as_large(library, lossy):
    file = download(library, wish(library, lossy, "x2"))
    assert file.name == "sea-x2.png"
    once = decode(bytes_of(library, lossy), "it").pixels
    twice = decode(bytes_of(library, lossy, "x2"), "it").pixels
    assert np.array_equal(twice, srq.upscale(once, model="kim-x2"))
    with library.database.writing() as session:
        session.execute(update(Picture).values(width=20_000, height=10_000))
    with pytest.raises(ConfigError, match="too large"):
        wish(library, lossy, "x2")


def test_nothing_of_people_is_in_what_is_stripped(library, account, photo, exif, lossy):
    assert b"a maker" in bytes_of(library, lossy)
    assert b"a maker" not in bytes_of(library, lossy, stripped=True)
    notes = {"exif": exif, "xmp": b"<x>a maker</x>"}
    kept = taken(library, account, file_of(photo, "JPEG", **notes), "kept.jpg")
    assert b"<x>a maker" in bytes_of(library, kept)
    for suffix in (None, ".jpg", ".webp"):
        assert b"a maker" not in bytes_of(library, kept, stripped=True, suffix=suffix)
    clear = Image.fromarray(np.dstack([photo, photo[..., :1] // 2]))
    glass = taken(library, account, file_of(clear), "glass.png")
    assert decode(bytes_of(library, glass, stripped=True), "it").alpha is not None
    assert decode(bytes_of(library, glass, suffix=".jpg"), "it").alpha is None


def test_a_user_file_is_decoded_in_a_child(library, account, jpeg, in_a_child):
    picture_id = taken(library, account, jpeg)
    assert decode(bytes_of(library, picture_id, suffix=".png"), "it").size == (129, 117)
    broken = taken(library, account, jpeg[:800])
    with pytest.raises(ImageError):
        bytes_of(library, broken, suffix=".png")


def test_what_cannot_be_had_is_told(library, lossy):
    with pytest.raises(DataError, match=r"original of sea\.jpeg is gone"):
        wish(library, lossy, "original")
    with pytest.raises(DataError, match="no such picture"):
        wish(library, "nobody")
    with pytest.raises(DataError, match="no such candidate"):
        wish(library, lossy, candidate_id="nobody")
    with pytest.raises(ConfigError, match=r"into \.png, \.webp, \.jpg"):
        wish(library, lossy, suffix=".exe")


def test_keys_say_all_that_decides_the_bytes(library, account, jpeg, lossy):
    keys = [
        wish(library, lossy, what, suffix=suffix, stripped=stripped).key
        for what in ("restored", "x2")
        for suffix in (".png", ".jpg")
        for stripped in (False, True)
    ]
    assert len(set(keys)) == 8
    assert wish(library, lossy).key == keys[0]
    other = taken(library, account, jpeg)
    assert wish(library, other, suffix=".png").key not in keys


def test_of_many_who_ask_at_once_one_makes_it(library, place, lossy, monkeypatch):
    made, real = [], restored._file
    go = threading.Event()

    def slow(*args):
        made.append(1)
        go.wait(5)
        return real(*args)

    monkeypatch.setattr(restored, "_file", slow)
    other = open_library(place, Settings())  # as of another process
    got = []
    threads = [
        threading.Thread(target=lambda one=one: got.append(bytes_of(one, lossy)))
        for one in (library, other) * 4
    ]
    for thread in threads:
        thread.start()
    go.set()
    for thread in threads:
        thread.join()
    other.close()
    assert len(made) == 1
    assert len(got) == 8
    assert len(set(got)) == 1


def test_who_fails_or_dies_lets_another_make_it(library, lossy, monkeypatch):
    wanted = wish(library, lossy)
    with monkeypatch.context() as patched, pytest.raises(DataError):
        patched.setattr(restored, "_file", lambda *_: (_ for _ in ()).throw(DataError("no")))
        download(library, wanted)
    assert restored._is_ours(library, wanted.key)  # as one that then dies
    assert not restored._is_ours(library, wanted.key)
    with library.database.writing() as session:
        session.execute(update(Restored).values(leased=now() - 1))
    assert bytes_of(library, lossy)


def test_the_cache_has_a_cap(library, place, lossy):
    for suffix in (".png", ".webp", ".jpg"):
        bytes_of(library, lossy, suffix=suffix)
    with library.database.writing() as session:
        rows = session.scalars(select(Restored).order_by(Restored.key)).all()
        for number, row in enumerate(rows):
            row.used = now() - 1000 + number
        sizes = [row.size for row in rows]
    tight = open_library(place, Settings(cache=sizes[2], unused=-1))
    assert collect(tight).restored == 2
    with library.database.reading() as session:
        assert session.scalars(select(Restored.key)).all() == [rows[2].key]
    assert not library.blobs.has(rows[0].blob)
    assert bytes_of(library, lossy, suffix=".png")
    tight.close()


def test_use_is_noted_but_not_each_time(library, lossy):
    bytes_of(library, lossy)
    old = now() - 50
    for used, noted in ((old, False), (now() - 100, True)):
        with library.database.writing() as session:
            session.execute(update(Restored).values(used=used))
        bytes_of(library, lossy)
        with library.database.reading() as session:
            assert (session.scalar(select(Restored.used)) != used) == noted
