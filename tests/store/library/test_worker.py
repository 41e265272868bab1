"""Jobs done: what is decided, what fails, and what is tried again."""

import threading
import time

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import select, update

pytest.importorskip("imagecodecs", reason="pip install 'srq[store]'")

from srq.errors import StorageError
from srq.image.io import decode
from srq.store.fidelity import fidelity
from srq.store.form import Form
from srq.store.library import limited, optimise, worker
from srq.store.library.fsck import check
from srq.store.library.gc import collect
from srq.store.library.library import open_library
from srq.store.library.limited import KilledError, Limits, UnwantedError, run_limited
from srq.store.library.settings import Settings
from srq.store.library.tables import Candidate, Job, KeptProgram, Picture, now
from srq.store.restore import restore_picture
from tests.store.conftest import file_of
from tests.store.library.conftest import (
    assert_sound,
    drain,
    jobs_of,
    new_account,
    picture_of,
    taken,
)

LIMITS = Limits(4 << 30, 600, 100_000_000)


@pytest.mark.slow
def test_every_mode_is_tried_and_the_wanted_one_is_stored(library, photo):
    account = new_account(library, "ann", mode="small")
    came = file_of(photo[:64, :64], "PNG")
    picture_id = taken(library, account, came, compare=True)
    drain(library)
    picture = picture_of(library, picture_id)
    with library.database.reading() as session:
        rows = session.scalars(select(Candidate)).all()
        programs = session.scalars(select(KeptProgram)).all()
    assert {one.mode for one in rows} == {"exact", "visually-lossless", "high", "small"}
    for one in rows:
        form = Form.from_json(one.record)
        floor = {"exact": None, "visually-lossless": 90, "high": 70, "small": 50}[one.mode]
        if one.ssimulacra2 is not None:
            restored = restore_picture(library.blobs.get(one.blob), form, library.engine).pixels
            measured = fidelity(decode(came, "it").pixels, restored)
            assert measured.ssimulacra2 == one.ssimulacra2 >= floor
        if form.program is not None:
            assert form.program in {one.fingerprint for one in programs}
    (small,) = [one for one in rows if one.mode == "small"]
    assert (picture.stored, picture.ssimulacra2) == (small.blob, small.ssimulacra2)
    assert_sound(library)
    assert collect(library).originals == 1
    collect(library)
    with library.database.reading() as session:
        assert {one.blob for one in session.scalars(select(Candidate))} == {None}
    assert_sound(library)


def test_what_is_kept_says_why(library, photo, in_a_child):
    account = new_account(library, "ann", mode="high")
    picture_id = taken(library, account, file_of(photo[..., 0]), "gray.png")
    drain(library)
    picture = picture_of(library, picture_id)
    assert (picture.state, picture.kept, picture.way) == ("decided", "it is gray", "as it came")
    assert picture.original == picture.stored
    collect(library)
    assert library.blobs.has(picture.stored)
    assert_sound(library)


def test_a_broken_file_is_kept_and_told(library, account, jpeg):
    picture_id = taken(library, account, jpeg[:900])
    drain(library)
    picture = picture_of(library, picture_id)
    assert picture.state == "failed"
    assert "it.jpg" in (picture.failure or "")
    assert library.blobs.get(picture.stored) == jpeg[:900]
    assert jobs_of(library) == []
    assert_sound(library)


def test_a_bomb_is_kept_and_told(library, account, in_a_child):
    bomb = file_of(Image.new("1", (20_000, 20_000)))
    assert len(bomb) < 60_000
    picture_id = taken(library, account, bomb, "bomb.png")
    drain(library)
    picture = picture_of(library, picture_id)
    assert picture.state == "failed"
    assert "more than 100000000 pixels" in (picture.failure or "")


def test_a_preview_is_small_and_never_more_than_what_came(library, account):
    dot = file_of(np.zeros((1, 1, 3), np.uint8))
    wide = file_of(np.random.default_rng(2).integers(0, 256, (8, 1200, 3), np.uint8))
    ids = [taken(library, account, one, "it.png") for one in (dot, wide)]
    drain(library)
    first, second = (picture_of(library, one) for one in ids)
    assert first.preview is None or len(library.blobs.get(first.preview)) < len(dot)
    assert decode(library.blobs.get(second.preview), "it").size == (3, 512)


def test_what_exif_says_of_the_time(library, account, photo):
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2024:05:06 07:08:09"
    dated = taken(library, account, file_of(photo, "JPEG", exif=exif))
    exif.get_ifd(0x8769)[0x9003] = "0000:00:00 00:00:00"
    undated = taken(library, account, file_of(photo, "JPEG", exif=exif))
    drain(library)
    assert picture_of(library, dated).taken == 1714979289
    assert picture_of(library, undated).taken is None


def test_a_child_that_dies_is_counted_and_given_up(library, account, jpeg, monkeypatch):
    picture_id = taken(library, account, jpeg)

    def die(*_):
        raise KilledError("its process was ended by signal 9")

    monkeypatch.setattr(optimise, "run_limited", die)
    done = worker.Worker(library)
    for attempts in (1, 2):
        with library.database.writing() as session:
            session.execute(update(Job).values(run_at=now()))
        done._do(worker.jobs.lease(library.database, "one"))
        assert jobs_of(library)[0].attempts == attempts
        assert picture_of(library, picture_id).state == "waiting"
    with library.database.writing() as session:
        session.execute(update(Job).values(run_at=now()))
    done._do(worker.jobs.lease(library.database, "one"))
    assert "failed 3 times: its process was ended by signal 9" in (
        picture_of(library, picture_id).failure or ""
    )
    assert jobs_of(library) == []


def test_a_store_that_refuses_is_no_fault_of_the_picture(library, account, jpeg, monkeypatch):
    taken(library, account, jpeg)

    def refuse(*_):
        raise StorageError("Cannot write it: the disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(library.blobs, "put", refuse)
        told = []
        worker.Worker(library, told=told.append)._do(worker.jobs.lease(library.database, "one"))
    assert told == ["Cannot write it: the disk is full."]
    (job,) = jobs_of(library)
    assert (job.attempts, job.worker, job.error) == (0, None, told[0])
    with library.database.writing() as session:
        session.execute(update(Job).values(run_at=now()))
    drain(library)
    assert_sound(library)


def test_an_original_that_is_lost_fails_the_picture_and_not_the_worker(library, account, jpeg):
    picture_id = taken(library, account, jpeg)
    library.blobs.delete(picture_of(library, picture_id).original)
    drain(library)
    assert "is missing" in (picture_of(library, picture_id).failure or "")


def test_results_that_nobody_wants_any_more_change_nothing(library, account, jpeg):
    picture_id = taken(library, account, jpeg)
    optimise.optimise(library, picture_id, lambda _: False)
    assert picture_of(library, picture_id).state == "waiting"
    assert check(library).is_sound  # Its files have no rows, and go once they are a day old.


def test_work_is_given_back_when_told_to_stop(library, account, jpeg, monkeypatch, in_a_child):
    monkeypatch.setattr(limited, "_BEAT", 0.01)
    taken(library, account, jpeg)
    done = worker.Worker(library)
    done.stop()
    done._do(worker.jobs.lease(library.database, "one"))
    (job,) = jobs_of(library)
    assert (job.worker, job.attempts) == (None, 0)


def test_programs_that_the_zoo_no_longer_has_come_from_the_library(place, library, monkeypatch):
    fingerprint = library.programs.of_zoo("kim-x2")
    library.keep_program(fingerprint)
    library.keep_program(fingerprint)
    other = open_library(place, Settings())
    for path in (place.folder / "programs").iterdir():
        path.unlink()
    monkeypatch.setattr("srq.upscaling.fingerprints.zoo.names", lambda _: [])
    assert other.engine(fingerprint).scale == 2
    other.close()
    assert_sound(library)


def run(tmp_path, data, limits=LIMITS, beat=lambda: True):
    (tmp_path / "came").write_bytes(data)
    task = {"task": "optimise", "name": "it.png", "modes": ["high"]}
    return run_limited(task, tmp_path, limits, beat)


def test_memory_is_limited(tmp_path):
    large = file_of(Image.new("RGB", (9000, 9000)))
    with pytest.raises((KilledError, Exception), match=r"memory|signal|Memory|allocate"):
        run(tmp_path, large, Limits(700 << 20, 600, 100_000_000))


def test_processor_time_is_limited(tmp_path, monkeypatch):
    monkeypatch.setattr(limited, "_WALL", 100)
    noise = np.random.default_rng(1).integers(0, 256, (600, 600, 3), np.uint8)
    with pytest.raises(KilledError, match="signal"):
        run(tmp_path, file_of(noise), Limits(4 << 30, 2, 100_000_000))


def test_a_child_is_ended_where_its_work_is_not_wanted(tmp_path, monkeypatch):
    monkeypatch.setattr(limited, "_BEAT", 0.05)
    noise = np.random.default_rng(1).integers(0, 256, (600, 600, 3), np.uint8)
    with pytest.raises(UnwantedError):
        run(tmp_path, file_of(noise), beat=lambda: False)
    monkeypatch.setattr(limited, "_WALL", 0)
    with pytest.raises(KilledError, match="too long"):
        run(tmp_path, file_of(noise))


def test_upkeep_goes_on_beside_the_jobs(library, account, jpeg, monkeypatch):
    monkeypatch.setattr(worker, "_UPKEEP", 0.01)
    picture_id = taken(library, account, jpeg)
    doing = worker.Worker(library)
    thread = threading.Thread(target=doing.run)
    thread.start()
    end = time.monotonic() + 60
    while picture_of(library, picture_id).state != "settled" and time.monotonic() < end:
        time.sleep(0.05)
    doing.stop()
    thread.join()
    assert picture_of(library, picture_id).state == "settled"
    with library.database.reading() as session:
        assert session.scalars(select(Picture.original)).all() == [None]
