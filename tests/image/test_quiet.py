import io
import subprocess
import sys
import threading
import warnings

import numpy as np
import pytest
from PIL import Image

from srq.errors import DamagedImageError
from srq.image.io import decode
from srq.image.quiet import quietly

LOUD = """
import io, sys
from PIL import Image
try:
    Image.open(io.BytesIO(sys.stdin.buffer.read())).load()
except Exception:
    pass
"""


@pytest.fixture
def damaged() -> bytes:
    """A TIFF of which libtiff has something to say."""
    rng = np.random.default_rng(1)
    stream = io.BytesIO()
    image = Image.fromarray(rng.integers(0, 256, (40, 50, 3), np.uint8))
    image.save(stream, "TIFF", compression="tiff_lzw")
    data = bytearray(stream.getvalue())
    place = Image.open(io.BytesIO(data)).tag_v2[0x0111][0]  # the first strip
    data[place : place + 400] = bytes([255]) * 400
    return bytes(data)


def test_libtiff_prints_nothing(damaged, capfd):
    alone = subprocess.run([sys.executable, "-c", LOUD], input=damaged, capture_output=True)
    assert b"not yet in table" in alone.stderr  # This is what is to be kept off the screen.
    with pytest.raises(DamagedImageError):
        decode(damaged, "it")
    assert capfd.readouterr() == ("", "")


def test_threads_do_not_give_each_other_their_filters_back():
    first_in, second_in, first_out = threading.Event(), threading.Event(), threading.Event()
    seen = []

    def first():
        with quietly():
            first_in.set()
            second_in.wait()
        first_out.set()

    def second():
        first_in.wait()
        with quietly():
            second_in.set()
            first_out.wait()
            try:
                warnings.warn("still quiet", stacklevel=1)
            except UserWarning as error:
                seen.append(error)

    threads = [threading.Thread(target=work) for work in (first, second)]
    before = list(warnings.filters)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == []
    assert list(warnings.filters) == before
