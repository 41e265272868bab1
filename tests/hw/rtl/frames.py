"""cocotb benches of a whole core: frames with faults, of other sizes, cut off by resets."""

import json
import os
import random

import cocotb
import numpy as np

from tests.hw.rtl.cells import beats_of
from tests.hw.rtl.streams import Clocks, Sink, Stream, after_edge, before_edge, start_clock

CHOICES = json.loads(os.environ.get("BENCH_CHOICES", "{}"))
PIXELS, RASTER = CHOICES.get("pixels", 1), CHOICES.get("raster", False)
GAPS, WAITS = CHOICES.get("gaps", 0), CHOICES.get("waits", 0)
FAULTS = ("short_line", "long_line", "short_frame", "long_frame", "wrong_size")


class Bench:
    """The core, its source and its sink."""

    def __init__(self, dut):
        from tests.hw.kernels import small_program

        self.dut = dut
        self.program = small_program()
        self.rng = np.random.default_rng(5)
        self.gaps = random.Random(6)
        self.faults = dict.fromkeys(FAULTS, 0)
        out = Stream(
            dut.aclk,
            dut.m_axis_tvalid,
            dut.m_axis_tready,
            dut.m_axis_tdata,
            dut.m_axis_tuser,
            dut.m_axis_tlast,
        )
        self.sink = Sink(out, WAITS, 7)
        self.clocks = Clocks()

    async def start(self):
        """Reset; then take whatever comes, and count faults."""
        start_clock(self.dut.aclk)
        self.dut.m_axis_tready.value = 0
        await self.reset(2)
        cocotb.start_soon(self.clocks.run(self.dut.aclk))
        cocotb.start_soon(self.sink.run(self.clocks))
        cocotb.start_soon(self._count())

    async def reset(self, clocks=1):
        """Hold the reset for so many clocks."""
        self.dut.s_axis_tvalid.value = 0
        self.dut.aresetn.value = 0
        for _ in range(clocks):
            await after_edge(self.dut.aclk)
        self.dut.aresetn.value = 1

    async def _count(self):
        while True:
            await before_edge(self.dut.aclk)
            if self.dut.aresetn.value:
                for name in FAULTS:
                    self.faults[name] += int(getattr(self.dut, name).value)
            await after_edge(self.dut.aclk)

    def picture(self, rows, columns):
        """Noise."""
        return self.rng.integers(0, 256, (rows, columns)).astype(np.uint8)

    async def send(self, picture, size=None, *, change=None, beats=None):
        """The beats of a picture, as (pixels, tuser, tlast); ``change`` may alter the list."""
        rows, columns = size or picture.shape
        self.dut.columns.value, self.dut.rows.value = columns, rows
        if beats is None:
            per = -(-picture.shape[1] // PIXELS)
            words = [word for (word,) in beats_of(picture.astype(int), PIXELS, 8)]
            beats = [(word, n == 0, n % per == per - 1) for n, word in enumerate(words)]
            beats = change(beats) if change else beats
        dut = self.dut
        for number, (word, user, last) in enumerate(beats):
            while self.gaps.randrange(256) < GAPS:
                dut.s_axis_tvalid.value = 0
                await after_edge(dut.aclk)
            dut.s_axis_tvalid.value = 1
            dut.s_axis_tdata.value = word
            dut.s_axis_tuser.value, dut.s_axis_tlast.value = int(user), int(last)
            for _ in range(5000):
                await before_edge(dut.aclk)
                took = bool(dut.s_axis_tready.value)
                await after_edge(dut.aclk)
                if took:
                    break
            else:
                raise AssertionError(f"beat {number} of the frame is never taken")
        dut.s_axis_tvalid.value = 0

    def wanted(self, picture):
        """The beats that leave: pixels, tuser, tlast."""
        from srq.export.rtl.vectors import beats_of_picture
        from srq.program.reference import Reference

        made, scale = Reference(self.program)(picture).astype(np.int64), self.program.scale
        found = beats_of_picture(made, scale, PIXELS, 8, raster=RASTER)
        return [(word, place & 1, place >> 1) for place, word in found]

    async def check(self, pictures):
        """That the results of these pictures come, and nothing else."""
        beats = [beat for picture in pictures for beat in self.wanted(picture)]
        await self.sink.wait_for(len(beats))
        assert self.sink.beats == beats
        self.sink.beats.clear()
        self.sink.clocks.clear()

    def check_faults(self, **wanted):
        """That these rose so many times, and no others."""
        assert self.faults == {**dict.fromkeys(FAULTS, 0), **wanted}
        self.faults.update(dict.fromkeys(FAULTS, 0))


@cocotb.test()
async def frames_follow_each_other(dut):
    bench = Bench(dut)
    await bench.start()
    pictures = [bench.picture(6, 11) for _ in range(4)]
    for picture in pictures:
        await bench.send(picture)
    await bench.check(pictures)
    bench.check_faults()


@cocotb.test()
async def sizes_change(dut):
    bench = Bench(dut)
    await bench.start()
    sizes = [(3, 5), (1, 1), (1, 1), (7, 19), (2, 40), (7, 19), (5, 1), (1, 6)]
    pictures = [bench.picture(*size) for size in sizes]
    for picture in pictures:
        await bench.send(picture)
    await bench.check(pictures)
    bench.check_faults()


@cocotb.test()
async def a_reset_forgets_a_frame(dut):
    """In the middle of a frame, at many places: the next frame is clean."""
    bench = Bench(dut)
    await bench.start()
    for cut in (1, 9, 30, 55):
        sending = cocotb.start_soon(bench.send(bench.picture(6, 11)))
        for _ in range(cut):
            await after_edge(dut.aclk)
        sending.cancel()
        dut.s_axis_tvalid.value = 0
        await bench.reset()
        bench.sink.beats.clear()
        picture = bench.picture(4, 7)
        await bench.send(picture)
        await bench.check([picture])
    bench.check_faults()


def flags(beats, per):
    """The beats with tuser and tlast set anew for lines of ``per``."""
    return [(word, n == 0, n % per == per - 1) for n, (word, _, _) in enumerate(beats)]


@cocotb.test()
async def a_fault_is_told_and_the_next_frame_is_clean(dut):
    """Each fault, between good frames: as many beats leave as the size says."""
    bench = Bench(dut)
    await bench.start()
    rows, columns = 5, 3 * PIXELS
    good = bench.picture(rows, columns)
    zeros = np.zeros_like(good)

    # A line of two beats instead of three: the third becomes 0.
    picture = bench.picture(rows, columns)
    short = picture.copy()
    short[2, 2 * PIXELS :] = 0
    await bench.send(good)
    await bench.send(picture, change=lambda b: [*b[:7], (b[7][0], False, True), *b[9:]])
    await bench.send(good)
    await bench.check([good, short, good])
    bench.check_faults(short_line=1)

    # A line of five beats: two are dropped.
    picture = bench.picture(rows, columns)
    await bench.send(
        picture,
        change=lambda b: [
            *b[:5],
            (b[5][0], False, False),
            (9, False, False),
            (8, False, True),
            *b[6:],
        ],
    )
    await bench.send(good)
    await bench.check([picture, good])
    bench.check_faults(long_line=1)

    # The last line too long: told once.
    await bench.send(
        picture, change=lambda b: [*b[:-1], (b[-1][0], False, False), (9, False, True)]
    )
    await bench.send(good)
    await bench.check([picture, good])
    bench.check_faults(long_line=1)

    # A frame that the next one interrupts in its third line.
    cut = zeros.copy()
    cut[:2] = picture[:2]
    cut[2, :PIXELS] = picture[2, :PIXELS]
    await bench.send(picture, change=lambda b: b[:7])
    await bench.send(good)
    await bench.check([cut, good])
    bench.check_faults(short_frame=1)

    # A frame with a line too many.
    await bench.send(
        picture, change=lambda b: [*b, *[(word, False, last) for word, _, last in b[:3]]]
    )
    await bench.send(good)
    await bench.check([picture, good])
    bench.check_faults(long_frame=1)

    # A frame of a size that cannot be: dropped as a whole.
    for size in ((rows, 0), (0, columns), (rows, 41)):
        await bench.send(picture, size)
    await bench.send(good)
    await bench.check([good])
    bench.check_faults(wrong_size=3)
