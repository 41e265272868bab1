"""Which kind of picture the bytes of a file begin like, whatever its name ends in."""

_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_ISO_BRANDS = {b"mif1", b"mif2", b"msf1"}  # any codec; the brands after it say which

_STARTS = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",
    b"MM\0+": "TIFF",
    b"BM": "BMP",
    b"\xff\x0a": "JPEG XL",
    b"\0\0\0\x0cJXL \r\n\x87\n": "JPEG XL",
}

KINDS = ("PNG", "JPEG", "WebP", "TIFF", "BMP", "GIF", "AVIF", "HEIC", "JPEG XL")
"""The kinds that srq reads, by the names that people know."""


def kind_of(data: bytes) -> str | None:
    """One of KINDS, or None where ``data`` begins like none of them."""
    for start, kind in _STARTS.items():
        if data.startswith(start):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    if data[4:8] == b"ftyp":
        return _of_brands(data)
    return None


def _of_brands(data: bytes) -> str | None:
    """The kind of an ISO media file: by its major brand or, where that is open, the others."""
    box = data[8 : min(int.from_bytes(data[:4], "big"), 256)]
    major, others = box[:4], {box[i : i + 4] for i in range(8, len(box), 4)}
    brands = {major} if major not in _ISO_BRANDS else others
    if brands & _AVIF_BRANDS:
        return "AVIF"
    if brands & _HEIC_BRANDS or major in _ISO_BRANDS:
        return "HEIC"
    return None
