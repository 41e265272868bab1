"""What a file says of itself as a whole, and how it gets into the result."""

from collections.abc import Mapping

_STALE = (
    "BPS", "DURATION", "NUMBER_OF_", "_STATISTICS", "encoder", "ENCODER", "alpha_mode",
)  # fmt: skip
"""Beginnings of the tags that described a stream as it was."""

_BRANDS = {"major_brand", "minor_version", "compatible_brands"}
"""What MP4 says of the old file's format; those who write one say it anew."""

_NOT_IN_MP4 = {"make", "model"}
"""The old tags that FFmpeg writes in MOV alone."""

_ONE = ("creation_time", "location")
"""Tags of one value. A file with keys says them twice, once as an old tag, and FFmpeg from version
8.1 on reads that as "A;A"."""

_APPLE = "com.apple.quicktime."


def tags_of_file(given: Mapping[str, str], container: str) -> dict[str, str]:
    """The tags of the result, from those of the source.

    An MP4 says its place in a tag of its own, which cameras that follow Apple write as a key.
    """
    tags = {
        name: value.partition(";")[0] if name.startswith(_ONE) else value
        for name, value in given.items()
        if name.lower() not in _BRANDS and name.lower() != "encoder"
    }
    place = tags.get(f"{_APPLE}location.ISO6709")
    if container == "mp4" and place is not None:
        tags.setdefault("location", place)
    return tags


def tags_of_encoded(given: Mapping[str, str]) -> dict[str, str]:
    """The tags of a stream that is encoded anew, from those of the source's."""
    return {name: value for name, value in given.items() if not name.startswith(_STALE)}


def muxer_options(tags: Mapping[str, str], container: str) -> dict[str, str]:
    """What FFmpeg's muxer of ``container`` must be told so that the tags survive.

    Those of MOV and MP4 write a fixed set of old tags, unless told to write keys of any name.
    With keys, other programs no longer find the old ones, so this is for files that need it: where
    a name is in the form of a domain, such as com.apple.quicktime.make or com.android.version, and
    where MP4 has no old tag.
    """
    options = {"fflags": "+bitexact"}  # Else Matroska gets random numbers.
    keys = any("." in name for name in tags) or (
        container == "mp4" and bool(_NOT_IN_MP4 & set(tags))
    )
    if container in ("mov", "mp4") and keys:
        options["movflags"] = "use_metadata_tags"
    return options
