import os
import signal
import time
from threading import Event, Lock

import numpy as np
import pytest
from skimage import data

from srq.batch.jobs import Job
from srq.batch.run import Existing, Status, Watcher
from srq.errors import ConfigError
from srq.image.io import Picture, read, write
from srq.program.reference import Reference
from srq.upscaling import batch
from srq.upscaling.batch import upscale_files
from srq.upscaling.engine import Blockwise
from srq.upscaling.enlarge import enlarge
from tests.upscaling.sharpen_program import sharpen_program


@pytest.fixture
def jobs(tmp_path):
    """Eight pictures of different sizes; the third is cut short."""
    made = []
    for number in range(8):
        source = tmp_path / "in" / f"{number}.png"
        write(source, Picture(data.chelsea()[: 20 + number, : 30 + 3 * number]))
        made.append(Job(source, tmp_path / "out" / f"{number}.png"))
    made[2].source.write_bytes(made[2].source.read_bytes()[:500])
    return made


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class Recorder(Watcher):
    """Remembers what it was told."""

    def __init__(self):
        self.shares = {}
        self.pixels = 0
        self.results = []

    def advanced(self, job, share, pixels):
        self.shares[job] = self.shares.get(job, 0) + share
        self.pixels += pixels

    def ended(self, result):
        self.results.append(result)


def test_every_picture_is_done_but_the_broken_one(jobs, engine):
    recorder = Recorder()
    results = upscale_files(jobs, engine, watcher=recorder)
    assert [result.job for result in results] == jobs
    states = [result.status for result in results]
    assert states == [Status.DONE] * 2 + [Status.FAILED] + [Status.DONE] * 5
    assert results[2].sentence.startswith(f"Cannot read {jobs[2].source}: ")
    assert results[3].size == (46, 78)
    assert sorted(files(jobs[0].target.parent)) == sorted(
        job.target.name for job in jobs if job is not jobs[2]
    )
    for job in jobs[3:]:
        expected = enlarge(read(job.source), engine).pixels
        assert np.array_equal(read(job.target).pixels, expected)
    assert recorder.results == results
    assert all(share == pytest.approx(1) for share in recorder.shares.values())
    done = [result.size for result in results if result.size]
    assert recorder.pixels == sum(height * width for height, width in done)


class Watched(Reference):
    """The reference; it counts how many threads are within it, and may wait for something."""

    def __init__(self, program, waits_for=None):
        super().__init__(program)
        self.waits_for = waits_for
        self.now = self.most = 0
        self.lock = Lock()

    def __call__(self, picture):
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        if self.waits_for is not None:
            assert self.waits_for.wait(60)
        made = super().__call__(picture)
        with self.lock:
            self.now -= 1
        return made


def test_the_next_picture_is_read_while_the_engine_works(jobs, monkeypatch):
    second_read = Event()

    def read_and_tell(path):
        made = read_any(path)
        if path == jobs[1].source:
            second_read.set()
        return made

    read_any = batch.read_any
    monkeypatch.setattr(batch, "read_any", read_and_tell)
    results = upscale_files(jobs[:2], Watched(sharpen_program(), second_read))
    assert [result.status for result in results] == [Status.DONE] * 2


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("blockwise", [False, True])
def test_only_so_many_threads_are_within_the_engine(jobs, workers, blockwise):
    engine = Watched(sharpen_program())
    upscale_files(jobs, Blockwise(engine) if blockwise else engine, workers=workers)
    assert 1 <= engine.most <= workers


def test_ends_are_told_in_order_though_the_first_picture_is_the_last_done(jobs, monkeypatch):
    second_done = Event()
    encode_rows = batch.encode_rows

    def encode_and_tell(rows, like, size, suffix, stream, *, quality):
        if size == (40, 60):
            assert second_done.wait(60)
        encode_rows(rows, like, size, suffix, stream, quality=quality)
        if size == (42, 66):
            second_done.set()

    monkeypatch.setattr(batch, "encode_rows", encode_and_tell)
    recorder = Recorder()
    upscale_files(jobs, Watched(sharpen_program()), watcher=recorder)
    assert [result.job for result in recorder.results] == jobs


def test_no_byte_depends_on_the_number_of_workers(jobs, engine, tmp_path):
    upscale_files(jobs, engine)
    alone = files(tmp_path / "out")
    results = upscale_files(jobs, engine, workers=4, existing=Existing.REPLACE)
    assert [result.job for result in results] == jobs
    assert files(tmp_path / "out") == alone


def test_results_that_exist(jobs, engine, tmp_path):
    jobs[0].target.parent.mkdir()
    jobs[0].target.write_bytes(b"mine")
    with pytest.raises(ConfigError) as error:
        upscale_files(jobs, engine)
    assert str(error.value) == (
        f"{jobs[0].target} exists; use --skip-existing to leave what exists, or --force to"
        " overwrite it."
    )
    assert files(tmp_path / "out") == {"0.png": b"mine"}
    jobs[1].target.write_bytes(b"mine too")
    with pytest.raises(ConfigError, match=r"2 of 8 results exist, .*0\.png first; use"):
        upscale_files(jobs, engine)
    results = upscale_files(jobs, engine, existing=Existing.SKIP)
    assert [result.status for result in results[:2]] == [Status.SKIPPED] * 2
    assert jobs[1].target.read_bytes() == b"mine too"
    upscale_files(jobs, engine, existing=Existing.REPLACE)
    assert read(jobs[1].target).size == (42, 66)


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("it.jpg", "cannot carry transparency"),
        ("it.webp", "at most 16383 pixels wide and high, but this one is 18000 x 2"),
    ],
)
def test_a_format_that_cannot_hold_the_result_is_told_before_the_work(tmp_path, target, sentence):
    class Untouched(Reference):
        def __call__(self, picture):
            raise AssertionError

    alpha = np.zeros((1, 9000), np.uint8)
    write(tmp_path / "it.png", Picture(np.zeros((1, 9000), np.uint8), alpha))
    job = Job(tmp_path / "it.png", tmp_path / "new" / target)
    (result,) = upscale_files([job], Untouched(sharpen_program()))
    assert result.status is Status.FAILED
    assert result.sentence.startswith(f"Cannot upscale {job.source} to {job.target}: ")
    assert sentence in result.sentence
    assert not job.target.parent.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_closed_to_us_is_told_before_the_work(jobs, engine, tmp_path):
    (tmp_path / "out").mkdir(mode=0o500)
    (result,) = upscale_files(jobs[:1], engine)
    assert result.sentence == (
        f"Cannot write {jobs[0].target}: permission is denied; choose a folder you may write to."
    )


def test_a_target_below_a_file_is_told(jobs, engine):
    job = Job(jobs[0].source, jobs[1].source / "out.png")
    (result,) = upscale_files([job], engine)
    assert result.sentence == (
        f"Cannot write {job.target}: a part of the path is a file, not a folder; choose another"
        " path."
    )


def test_a_defect_is_no_failed_picture(jobs):
    class Broken(Reference):
        def __call__(self, picture):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        upscale_files(jobs, Broken(sharpen_program()))
    assert not list((jobs[0].target.parent).glob("*"))


@pytest.mark.parametrize("workers", [1, 3])
def test_ctrl_c_leaves_whole_files_only(jobs, tmp_path, workers):
    class Interrupted(Reference):
        calls = 0

        def __call__(self, picture):
            self.calls += 1
            if self.calls == 5:
                os.kill(os.getpid(), signal.SIGINT)
            if self.calls >= 5:
                time.sleep(1)  # until the main thread has noticed
            return super().__call__(picture)

    with pytest.raises(KeyboardInterrupt):
        upscale_files(jobs, Interrupted(sharpen_program()), workers=workers)
    made = files(tmp_path / "out")
    # The four before it at most: those in hand when it struck are given up.
    assert 0 < len(made) <= 4
    for name in made:
        height, width = read(tmp_path / "in" / name).size
        assert read(tmp_path / "out" / name).size == (2 * height, 2 * width)
