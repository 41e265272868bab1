"""Pictures as binary PGM."""

from numpy.typing import NDArray


def pgm(picture: NDArray, most: int, fingerprint: str) -> bytes:
    """``picture`` as binary PGM, whose 16-bit samples have their high byte first."""
    height, width = picture.shape
    head = f"P5\n# for Program {fingerprint}\n{width} {height}\n{most}\n"
    return head.encode() + picture.astype(picture.dtype.newbyteorder(">")).tobytes()
