"""XMP: what a file says of its picture as RDF in XML, by Adobe's specification, kept as bytes."""

import re

from PIL import Image

KEYWORD = b"XML:com.adobe.xmp"
"""What a PNG file calls it."""

JPEG_BYTES = 65533 - len(b"http://ns.adobe.com/xap/1.0/\0")
"""The most of it that fits into a JPEG's one segment."""

# As an attribute, or as an element of the RDF.
_ORIENTATION = re.compile(rb"(tiff:Orientation(?:\s*=\s*[\"']|\s*>\s*))[2-8](?=\s*[\"'<])")


def xmp_of(image: Image.Image) -> bytes | None:
    """The XMP of an opened file, of an upright picture; None if there is none."""
    found = image.info.get("xmp")
    if isinstance(found, str):
        found = found.encode()
    return upright_xmp(found) if isinstance(found, bytes) else None


def upright_xmp(xmp: bytes | None) -> bytes | None:
    """``xmp`` with an orientation of upright, where it has one; of the same length."""
    return _ORIENTATION.sub(rb"\g<1>1", xmp) if xmp else None
