"""Dense layers of bytes at the edge of what int16 holds, on every instruction set.

AVX2 adds products of bytes in int16, which saturates. The engine proves from weights and ranges
that it does not (``plan/chunks.cpp``); these layers have sums that just fit and that just do not.
"""

import numpy as np
import pytest

from srq.fixed import Format
from srq.program import Conv, Input, Output, PixelShuffle, Program
from srq.program.reference import Reference
from tests.native_programs import SOURCE

native = pytest.importorskip(
    "srq.engines.native", reason="the native engine is not built", exc_type=ImportError
)

INPUTS = 16
OUTS = 16

# Two weights of a lane: 255 times what they sum to just fits int16, or does not. Most pairs are
# small, so that the layer is worth doing in bytes.
PAIRS = [
    *[(64, 64), (127, 1), (65, 64), (127, 2), (127, 127), (100, 28), (100, 29)],
    *[(-64, -64), (-128, 0), (-128, -1), (-65, -64), (-128, -128), (127, -128)],
    *[(0, 0), (1, -1), (3, 0), (-2, -5), (0, 7), (4, 4), (-6, 1)] * 20,
]


def program(seed: int, signed: bool, most: int = 255) -> Program:
    """A layer over 16 neighbours of each pixel, whose sums come out with two bits less.

    ``signed``: the neighbours stand in s8, as -128 to 127. ``most``: the greatest that they are
    where the picture is white; the engine has it from the proof.
    """
    rng = np.random.default_rng(seed)
    frac = 0 if most == 255 else 8
    picks = np.zeros((INPUTS, 1, 5, 5), np.int64)
    for channel in range(INPUTS):
        picks[channel, 0, channel % 5, channel // 5] = most if frac else 1
    pairs = rng.choice(np.array(PAIRS), (OUTS, INPUTS // 2))
    return Program(
        [
            Input("lr", Format(False, 8, 8)),
            Conv(
                "neighbours",
                "lr",
                picks,
                weight_bits=8,
                weight_frac=frac,
                format=Format(signed, 8, 8),
                bias=np.full(INPUTS, -128 << frac) if signed else None,
            ),
            Conv(
                "sums",
                "neighbours",
                pairs.reshape(OUTS, INPUTS, 1, 1),
                weight_bits=8,
                weight_frac=9,
                format=Format(False, 15, 15),
                bias=np.full(OUTS, 1 << 16),
            ),
            PixelShuffle("shuffled", "sums", 4),
            Output("hr", "shuffled"),
        ],
        name="edge",
    )


@pytest.mark.parametrize("isa", native.isas())
@pytest.mark.parametrize("most", [255, 100])
@pytest.mark.parametrize("signed", [False, True])
def test_sums_at_the_edge_of_int16(isa, signed, most, monkeypatch):
    monkeypatch.setenv(native.ISA_VARIABLE, isa)
    for seed in range(4):
        edge = program(seed, signed, most)
        rng = np.random.default_rng(seed)
        # Few white pixels, so that many sums stand within the format.
        picture = ((rng.random((40, 70)) < rng.random((40, 1))) * 255).astype(np.uint8)
        made = native.Native(edge, 1)(picture)
        np.testing.assert_array_equal(made, Reference(edge)(picture), err_msg=f"seed {seed}")


def test_the_edge_is_where_the_limits_of_int16_are():
    assert 128 * 255 <= np.iinfo(np.int16).max < 129 * 255
    assert "Quads::chunks" in (SOURCE / "src/kernels/isa/avx2.hpp").read_text(encoding="utf-8")
