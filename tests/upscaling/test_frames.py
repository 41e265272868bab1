"""Animations and pages, larger."""

import threading

import numpy as np
import pytest
from PIL import Image

from srq.batch.jobs import Job, plan_jobs
from srq.batch.run import Status, Watcher
from srq.errors import ImageError
from srq.image.frames import Frames
from srq.image.io import Picture, read, read_any, write
from srq.upscaling.batch import upscale_files
from srq.upscaling.enlarge import Size, enlarge, resized

RNG = np.random.default_rng(5)
SHAPE = (11, 14, 3)


def frames(count=3):
    return [Image.fromarray(RNG.integers(0, 256, SHAPE, np.uint8)) for _ in range(count)]


def save(path, images, **options):
    images[0].save(path, save_all=True, append_images=images[1:], **options)


def upscaled(engine, source, target, **options):
    (result,) = upscale_files([Job(source, target)], engine, **options)
    return result


def test_every_frame_is_what_it_would_be_alone(tmp_path, engine):
    images = frames()
    save(tmp_path / "a.png", images, duration=[40, 50, 60], loop=2)
    result = upscaled(engine, tmp_path / "a.png", tmp_path / "b.png")
    assert (result.status, result.size) == (Status.DONE, (22, 28))
    made = read_any(tmp_path / "b.png")
    assert isinstance(made, Frames)
    assert made.times is not None
    assert ([float(t) for t in made.times], made.plays) == ([0.04, 0.05, 0.06], 2)
    for found, image in zip(made, images, strict=True):
        alone = enlarge(Picture(np.asarray(image)), engine)
        assert np.array_equal(found.pixels, alone.pixels)


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".avif"])
def test_animations_stay_animations(tmp_path, engine, suffix):
    save(tmp_path / f"a{suffix}", frames(), duration=40)
    assert upscaled(engine, tmp_path / f"a{suffix}", tmp_path / f"b{suffix}").size == (22, 28)
    made = read_any(tmp_path / f"b{suffix}")
    assert isinstance(made, Frames)
    assert made.times is not None
    assert (made.count, made.size, sum(made.times)) == (3, (22, 28), 3 * made.times[0])


def test_pages_may_differ_and_get_the_size_that_is_asked(tmp_path, engine):
    pages = [Picture(RNG.integers(0, 256, shape, np.uint8)) for shape in (SHAPE, (6, 9), (4, 8, 3))]
    images = [Image.fromarray(page.pixels) for page in pages]
    save(tmp_path / "a.tif", images)
    assert upscaled(engine, tmp_path / "a.tif", tmp_path / "b.tif").size == (22, 28)
    for found, page in zip(read_any(tmp_path / "b.tif"), pages, strict=True):
        assert np.array_equal(found.pixels, enlarge(page, engine).pixels)
    result = upscaled(engine, tmp_path / "a.tif", tmp_path / "c.tif", size=Size(width=10))
    assert result.size == (8, 10)
    for found, page in zip(read_any(tmp_path / "c.tif"), pages, strict=True):
        wanted = resized(enlarge(page, engine), Size(width=10).of(*page.size, 2))
        assert np.array_equal(found.pixels, wanted.pixels)


def test_a_format_without_frames_is_refused_and_nothing_is_written(tmp_path, engine):
    save(tmp_path / "a.gif", frames(), duration=40)
    result = upscaled(engine, tmp_path / "a.gif", tmp_path / "b.jpg")
    assert result.status is Status.FAILED
    assert "It holds 3 frames, and JPEG holds no animation; write PNG, GIF, WebP or AVIF." in (
        result.sentence or ""
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.gif"]


def test_a_damaged_frame_is_told_and_nothing_is_written(tmp_path, engine):
    save(tmp_path / "whole.gif", frames(5), duration=40)
    data = (tmp_path / "whole.gif").read_bytes()
    (tmp_path / "cut.gif").write_bytes(data[: len(data) * 2 // 3])
    result = upscaled(engine, tmp_path / "cut.gif", tmp_path / "b.gif")
    assert result.sentence == (
        f"Cannot read {tmp_path / 'cut.gif'}: the file is damaged or cut short; get a whole copy"
        " of it."
    )
    assert not (tmp_path / "b.gif").exists()


def test_progress_adds_up_over_the_frames(tmp_path, engine):
    class Adding(Watcher):
        share, pixels, lock = 0.0, 0, threading.Lock()

        def advanced(self, job, share, pixels):
            with self.lock:
                self.share += share
                self.pixels += pixels

    save(tmp_path / "a.png", frames(4), duration=40)
    watcher = Adding()
    upscaled(engine, tmp_path / "a.png", tmp_path / "b.png", watcher=watcher)
    assert watcher.share == pytest.approx(1)
    assert watcher.pixels == 4 * 22 * 28


def test_a_result_without_a_name_keeps_the_format_of_an_animation(tmp_path):
    for suffix in (".gif", ".webp", ".png", ".avif"):
        save(tmp_path / f"a{suffix}", frames(), duration=40)
        (job,) = plan_jobs(tmp_path / f"a{suffix}", ending="-x2")
        assert job.target == tmp_path / f"a-x2{suffix}"
    save(tmp_path / "pages.tiff", frames())
    (job,) = plan_jobs(tmp_path / "pages.tiff", ending="-x2")
    assert job.target == tmp_path / "pages-x2.tif"
    write(tmp_path / "one.gif", Picture(np.zeros(SHAPE, np.uint8)))
    (job,) = plan_jobs(tmp_path / "one.gif", ending="-x2")
    assert job.target == tmp_path / "one-x2.png"


def test_read_refuses_what_read_any_gives(tmp_path):
    save(tmp_path / "a.gif", frames(), duration=40)
    with pytest.raises(ImageError, match="it holds 3 pictures, and one is wanted"):
        read(tmp_path / "a.gif")
