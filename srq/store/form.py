"""The stored form: a plain file of pixels, and the record of how it becomes a picture again.

The record is JSON, versioned; docs/reference/store.md has its meaning. Whoever has the file alone
can look at it with any viewer; with the record it is the picture that was measured, byte for byte.
"""

import base64
import json
import zlib
from dataclasses import asdict, dataclass
from typing import Any, Literal

from srq.errors import DataError

VERSION = 1
RESAMPLER = 1
"""How restored pictures are enlarged beside the network: ``srq.store.lanczos``, and the colour of
``srq.upscaling``. Another result for the same form needs another number."""

Kind = Literal["original", "jpeg-in-jxl", "pixels"]
ORIGINAL: Kind = "original"
JPEG_IN_JXL: Kind = "jpeg-in-jxl"
PIXELS: Kind = "pixels"

SUFFIXES = {
    "PNG": ".png", "JPEG": ".jpg", "WebP": ".webp", "TIFF": ".tif", "BMP": ".bmp", "GIF": ".gif",
    "AVIF": ".avif", "HEIC": ".heic", "JPEG XL": ".jxl",
}  # fmt: skip
"""What a stored file that is as it came ends in, by its kind (``srq.image.kinds``)."""

_NOTES = ("exif", "icc", "xmp")
"""Fields that are packed."""


@dataclass(frozen=True)
class Form:
    """How a stored file becomes what is downloaded.

    kind:        "original": the file is what came. "jpeg-in-jxl": the JPEG that came is inside.
                 "pixels": the file has pixels, and a picture is made of them.
    suffix:      what the stored file's name ends in.
    restored:    SHA-256 of what comes out: of the original file or, of "pixels", of height and
                 width as two 4-byte little-endian numbers and the RGB bytes.
    size:        height and width of the restored picture, 0 where the file comes back as it was.
    codec:       of "pixels", a name of ``srq.store.codecs``.
    quality:     what the codec was asked for; it tells people, and restores nothing.
    scale:       by which the file's pixels are enlarged; 1 is not at all.
    program:     the fingerprint of the Program that enlarges luma; None is Lanczos.
    resampler:   the version of enlargement beside the Program.
    exif, icc, xmp: what the picture carries.
    """

    kind: Kind
    suffix: str
    restored: str
    size: tuple[int, int] = (0, 0)
    codec: str | None = None
    quality: int | None = None
    scale: int = 1
    program: str | None = None
    resampler: int = RESAMPLER
    exif: bytes | None = None
    icc: bytes | None = None
    xmp: bytes | None = None

    def to_json(self) -> str:
        """The record, on one line, the same for the same form."""
        fields: dict[str, Any] = {"version": VERSION, **asdict(self)}
        for name in _NOTES:
            fields[name] = _packed(fields[name])
        given = {key: value for key, value in fields.items() if value is not None}
        return json.dumps(given, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str, name: str = "the record") -> "Form":
        """The form of a record; DataError where it is none, or of a version yet to come."""
        try:
            fields = json.loads(text)
            version = fields.pop("version")
            if version != VERSION:
                raise DataError(
                    f"Cannot restore {name}: its record is of version {version}, and this srq reads"
                    f" version {VERSION}; use a newer srq."
                )
            fields["size"] = tuple(int(side) for side in fields["size"])
            for key in _NOTES:
                fields[key] = _unpacked(fields.get(key))
            return cls(**fields)
        except (ValueError, TypeError, KeyError, AttributeError, zlib.error) as error:
            raise DataError(f"Cannot restore {name}: it is no record of a stored form.") from error


def _packed(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(zlib.compress(data, 9)).decode()


def _unpacked(text: str | None) -> bytes | None:
    return None if text is None else zlib.decompress(base64.b64decode(text, validate=True))
