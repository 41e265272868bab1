"""What a camera says of a clip is there in the result, by FFmpeg's own reading of it."""

import struct
from pathlib import Path

import av
import pytest

from tests.video.clips import make
from tests.video.test_run import go

APPLE = {
    "com.apple.quicktime.location.ISO6709": "+52.3702+004.8952+003.000/",
    "com.apple.quicktime.make": "Apple",
    "com.apple.quicktime.model": "iPhone 15",
    "com.apple.quicktime.creationdate": "2024-05-04T12:00:00+0200",
}
TIME = {"creation_time": "2024-05-04T10:00:00.000000Z"}
KEYS = {"movflags": "use_metadata_tags"}


def clip(name, tags, **options):
    def configure(output, video):
        output.metadata.update(tags)
        video.metadata.update(TIME)

    make(name, codec="libx264", frames=3, audio="aac", configure=configure, **options)


def tags_of(name):
    """Of a file and its video; a time that is said twice is there once."""
    with av.open(name) as container:
        tags = dict(container.metadata)
        said = set(tags.get("creation_time", "").split(";"))
        assert len(said) == 1
        return tags | {"creation_time": said.pop()}, dict(container.streams.video[0].metadata)


@pytest.mark.parametrize("target", ["out.mov", "out.mp4"])
def test_what_an_iphone_says_survives(here, engine, target):
    clip("in.mov", APPLE | TIME, muxing=KEYS)
    assert tags_of("in.mov")[0].items() >= (APPLE | TIME).items()
    go("in.mov", target, engine)
    whole, video = tags_of(target)
    assert whole.items() >= (APPLE | TIME).items()
    assert video.items() >= TIME.items()
    assert (whole.get("location") or "").startswith("+52.3702+004.8952") == (target == "out.mp4")
    with open(target, "rb") as stream:  # the time stands in the header as well
        assert stream.read().count(b"mvhd\0\0\0\0\xe2\x5b\xb7\xa0") == 1
    assert whole["major_brand"] == {"out.mov": "qt  ", "out.mp4": "isom"}[target]


def test_keys_are_found_where_apple_writes_them(here, engine):
    """FFmpeg writes moov/udta/meta; Apple writes moov/meta, without a version."""
    clip("ffmpeg.mov", APPLE | TIME, muxing=KEYS)
    data = Path("ffmpeg.mov").read_bytes()
    moov, udta = data.rindex(b"moov") - 4, data.rindex(b"udta") - 4
    meta = udta + 8
    assert data[meta + 4 : meta + 8] == b"meta"
    assert data[meta + 8 : meta + 12] == bytes(4)  # the version
    kept = data[moov + 8 : udta] + struct.pack(">I4s", len(data) - meta - 4, b"meta")
    kept += data[meta + 12 :]
    Path("in.mov").write_bytes(data[:moov] + struct.pack(">I4s", 8 + len(kept), b"moov") + kept)
    assert tags_of("in.mov")[0].items() >= APPLE.items()
    go("in.mov", "out.mov", engine)
    assert tags_of("out.mov")[0].items() >= (APPLE | TIME).items()


@pytest.mark.parametrize("target", ["out.mov", "out.mp4"])
def test_the_tags_of_older_cameras_survive(here, engine, target):
    old = {"make": "Apple", "model": "iPhone 4", "location": "+52.3702+004.8952/"}
    clip("in.mov", old | TIME)
    assert tags_of("in.mov")[0].items() >= (old | TIME).items()
    go("in.mov", target, engine)
    whole, _ = tags_of(target)
    assert {name: whole.get(name, "")[:17] for name in old} == {
        name: value[:17] for name, value in old.items()
    }
    assert whole.items() >= TIME.items()


def test_titles_stay_where_players_look_for_them(here, engine):
    clip("in.mp4", {"title": "A title"})
    go("in.mp4", "out.mp4", engine)
    with open("out.mp4", "rb") as stream:
        assert b"\xa9nam" in stream.read()  # iTunes's tag, not a key


def test_the_brand_of_the_old_file_is_no_tag_of_the_new(here, engine):
    clip("in.mp4", {"title": "A title"})
    go("in.mp4", "out.mkv", engine)
    whole, _ = tags_of("out.mkv")
    assert whole["title"] == "A title"
    assert not {name for name in whole if "brand" in name.lower()}
