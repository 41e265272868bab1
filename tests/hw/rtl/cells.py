"""cocotb benches of the cells, each against a model of a few lines."""

import json
import os
import random

import cocotb
import numpy as np

from tests.hw.rtl.streams import (
    Clocks,
    LateSink,
    Sink,
    Source,
    Stream,
    after_edge,
    before_edge,
    packed,
    start_clock,
)

CHOICES = json.loads(os.environ.get("BENCH_CHOICES", "{}"))
"""The cell's parameters, and what this run waits."""

GAPS, WAITS = CHOICES.get("gaps", 0), CHOICES.get("waits", 0)


async def started(dut):
    """The cell after its reset, and the count of clocks."""
    for name in ("s_valid", "a_valid", "b_valid", "m_ready", "s_tvalid", "m_tready"):
        if hasattr(dut, name):
            getattr(dut, name).value = 0
    dut.rst.value = 1
    start_clock(dut.clk)
    clocks = Clocks()
    cocotb.start_soon(clocks.run(dut.clk))
    for _ in range(3):
        await after_edge(dut.clk)
    dut.rst.value = 0
    return clocks


async def through(dut, beats, wanted, *, into=None, out=None):
    """Beats through the cell; the source and the sink when all that is wanted has come."""
    clocks = await started(dut)
    into = into or Stream(dut.clk, dut.s_valid, dut.s_ready, dut.s_data)
    out = out or Stream(dut.clk, dut.m_valid, dut.m_ready, dut.m_data)
    source, sink = Source(into, beats, GAPS, 1), Sink(out, WAITS, 2)
    cocotb.start_soon(sink.run(clocks))
    cocotb.start_soon(source.run(clocks))
    await sink.wait_for(len(wanted))
    assert sink.beats == wanted
    return source, sink


def drawn(count, bits, seed=0):
    rng = random.Random(seed)
    return [(rng.getrandbits(bits),) for _ in range(count)]


@cocotb.test()
async def skid(dut):
    beats = drawn(300, 8)
    source, sink = await through(dut, beats, beats)
    if not WAITS:
        assert sink.clocks == source.taken  # in the same clock


@cocotb.test()
async def chain(dut):
    """It holds the last WORDS words that were loaded, the first of them lowest."""
    bits, count, rng = CHOICES["BITS"], CHOICES["WORDS"], random.Random(5)
    dut.load.value = 0
    start_clock(dut.clk)
    loaded = []
    for _ in range(6 * count):
        word, load = rng.getrandbits(bits), rng.randrange(256) >= GAPS
        dut.d.value, dut.load.value = word, int(load)
        await after_edge(dut.clk)
        loaded += [word] * load
        if len(loaded) >= count:
            assert dut.q.value == packed(loaded[-count:], bits)
    assert len(loaded) > count


@cocotb.test()
async def fifo(dut):
    beats = drawn(300, 8)
    source, sink = await through(dut, beats, beats)
    if not WAITS and not GAPS:
        assert [out - into for out, into in zip(sink.clocks, source.taken, strict=True)] == [
            3
        ] * 300


@cocotb.test()
async def fifo_fills(dut):
    """It takes as many beats as it says, and two behind its memory, and no more."""
    clocks = await started(dut)
    stream = Stream(dut.clk, dut.s_valid, dut.s_ready, dut.s_data)
    source = Source(stream, drawn(40, 8), 0, 1)
    cocotb.start_soon(source.run(clocks))
    for _ in range(60):
        await after_edge(dut.clk)
    assert len(source.taken) == CHOICES["DEPTH"] + 2


@cocotb.test()
async def pipe(dut):
    """Beside a pipeline of LATENCY registers its valid bits are right."""
    clocks = await started(dut)
    latency, rng = CHOICES["LATENCY"], random.Random(3)
    registers, given, came = [None] * latency, [], []
    offered = None
    for _ in range(600):
        if offered is None and rng.randrange(256) >= GAPS:
            offered = len(given)
        dut.s_valid.value = int(offered is not None)
        dut.m_ready.value = int(rng.randrange(256) >= WAITS)
        await before_edge(dut.clk)
        end = registers[-1] if latency else offered
        assert bool(dut.m_valid.value) == (end is not None)
        assert dut.s_ready.value == dut.ce.value
        if dut.m_valid.value and dut.m_ready.value:
            came.append(end)
        moves, takes = bool(dut.ce.value), bool(dut.s_valid.value) and bool(dut.s_ready.value)
        await after_edge(dut.clk)
        if moves and latency:
            registers = [offered, *registers[:-1]]
        if takes:
            given.append(offered)
            offered = None
    assert len(came) > 100
    assert came == given[: len(came)]
    assert len(given) - len(came) <= latency
    del clocks


@cocotb.test()
async def flow(dut):
    """Behind a pipeline of LATENCY registers that never stops it gives every result in order."""
    clocks = await started(dut)
    latency, places, rng = CHOICES["LATENCY"], CHOICES["PLACES"], random.Random(6)
    pipeline, taken, came, most = [0] * latency, [], [], 0
    offered = None
    for clock in range(800):
        if offered is None and rng.randrange(256) >= GAPS:
            offered = rng.getrandbits(8)
        dut.s_valid.value = int(offered is not None)
        dut.result.value = pipeline[-1]
        dut.m_ready.value = int(clock > 3 * places and rng.randrange(256) >= WAITS)
        await before_edge(dut.clk)
        if dut.m_valid.value and dut.m_ready.value:
            came.append((int(dut.m_data.value), clock))
        takes = offered is not None and bool(dut.s_ready.value)
        await after_edge(dut.clk)
        pipeline = [rng.getrandbits(8) if offered is None else offered, *pipeline[:-1]]
        if takes:
            taken.append((offered, clock))
            offered = None
        most = max(most, len(taken) - len(came))
    assert len(came) > 100
    assert [beat for beat, _ in came] == [beat for beat, _ in taken[: len(came)]]
    waits = [out - into for (_, out), (_, into) in zip(came, taken, strict=False)]
    assert min(waits) >= latency + 1
    assert most == places  # while nothing was taken from it
    if not GAPS and not WAITS:
        steady = came[-1][1] - came[-101][1] == 100  # a result every clock
        assert steady == (places >= latency + 2)
    del clocks


@cocotb.test()
async def fork(dut):
    """Each reader takes each beat once, whatever the others do."""
    clocks = await started(dut)
    readers, rng = CHOICES["READERS"], random.Random(4)
    given, offered = 0, False
    came = [[] for _ in range(readers)]
    waiting = [False] * readers
    for _ in range(500):
        offered = offered or rng.randrange(256) >= GAPS
        ready = packed([rng.randrange(256) >= WAITS for _ in range(readers)], 1)
        dut.s_valid.value = int(offered)
        dut.m_ready.value = ready
        await before_edge(dut.clk)
        valid = int(dut.m_valid.value)
        for n in range(readers):
            if waiting[n]:
                assert valid >> n & 1, "an offer was taken back"
            if valid & ready & 1 << n:
                came[n].append(given)
            waiting[n] = bool(valid >> n & 1 and not ready >> n & 1)
        took = offered and bool(dut.s_ready.value)
        await after_edge(dut.clk)
        if took:
            given, offered = given + 1, False
    assert given > 50
    for beats in came:
        assert beats[:given] == list(range(given))
        assert len(beats) in (given, given + 1)
    del clocks


def frames_of(sizes, pixels, bits, seed=0):
    """Frames (rows, columns) of random integers."""
    rng = np.random.default_rng(seed)
    del pixels
    return [rng.integers(0, 1 << bits, size) for size in sizes]


def beats_of(frame, pixels, bits):
    """A frame's beats; what is beyond a line's end is all ones."""
    beats = []
    for row in frame.tolist():
        padded = row + [(1 << bits) - 1] * (-len(row) % pixels)
        beats += [(packed(padded[n : n + pixels], bits),) for n in range(0, len(row), pixels)]
    return beats


async def sized(dut, rows, columns, pixels):
    """The beats of a line; the cell has its frames' size a cycle before the first beat."""
    beats = -(-columns // pixels)
    for name, integer in {
        "rows": rows,
        "columns": columns,
        "beats": beats,
        "pitch": max(beats, 3),
    }.items():
        if hasattr(dut, name):
            getattr(dut, name).value = integer
    await after_edge(dut.clk)
    return beats


def windows(frame, pixels, bits, top, bottom, left, right):
    """What the window gives: each beat's pixels; None beyond a line's end."""
    rows, columns = frame.shape
    around = np.pad(frame, ((top, bottom), (left, right)))
    found = []
    for row in range(rows):
        cells = [
            packed(around[row : row + top + 1 + bottom, c : c + left + 1 + right].reshape(-1), bits)
            for c in range(columns)
        ]
        found += [cells[n : n + pixels] for n in range(0, columns, pixels)]
    return found


@cocotb.test()
async def window(dut):
    """Frames of one size, one after the other: as many windows, zeros beyond the border."""
    bits, pixels = CHOICES["PIXEL_BITS"], CHOICES["PIXELS"]
    sides = [CHOICES[side] for side in ("TOP", "BOTTOM", "LEFT", "RIGHT")]
    rows, columns = CHOICES["size"]
    frames = frames_of([(rows, columns)] * 4, pixels, bits)
    clocks = await started(dut)
    beats = await sized(dut, rows, columns, pixels)
    into = Stream(dut.clk, dut.s_valid, dut.s_ready, dut.s_data)
    out = Stream(dut.clk, dut.m_valid, dut.m_ready, dut.m_data)
    source = Source(into, [b for f in frames for b in beats_of(f, pixels, bits)], GAPS, 1)
    sink = (LateSink if CHOICES["LATE"] else Sink)(out, WAITS, 2)
    cocotb.start_soon(sink.run(clocks))
    cocotb.start_soon(source.run(clocks))
    wanted = [cells for f in frames for cells in windows(f, pixels, bits, *sides)]
    await sink.wait_for(len(wanted))
    size = (sides[0] + 1 + sides[1]) * (sides[2] + 1 + sides[3]) * bits
    for (made,), cells in zip(sink.beats, wanted, strict=True):
        assert [made >> (n * size) & (1 << size) - 1 for n in range(len(cells))] == cells
    if not GAPS and not WAITS:
        delay = sides[1] * max(beats, 3) + -(-sides[3] // pixels) + 1
        assert sink.clocks[0] - source.taken[0] == delay
        if beats >= 3 and rows > sides[1] + 1:
            # No blanking: a beat every clock, from the first to the last.
            assert sink.clocks == list(range(sink.clocks[0], sink.clocks[0] + len(wanted)))


@cocotb.test()
async def raster(dut):
    """Blocks come, lines leave."""
    bits, pixels, scale = CHOICES["PIXEL_BITS"], CHOICES["PIXELS"], CHOICES["SCALE"]
    rows, columns = CHOICES["size"]
    columns -= columns % pixels  # beats are whole here; video_out masks the rest
    (frame,) = frames_of([(rows * scale, columns * scale)], pixels, bits)
    blocks = frame.reshape(rows, scale, columns, scale).transpose(0, 2, 1, 3)
    words = np.array([[packed(b.reshape(-1), bits) for b in line] for line in blocks], object)
    clocks = await started(dut)
    beats = await sized(dut, rows, columns, pixels)
    wanted = []
    for line in frame:
        per = pixels * scale * scale
        wanted += [line[n : n + per] for n in range(0, len(line), per)]
    out = Stream(dut.clk, dut.m_valid, dut.m_ready, dut.m_data, undefined=True)
    sink = Sink(out, WAITS, 2)
    given = [b for line in words for b in beats_of(np.array([line]), pixels, bits * scale**2)]
    source = Source(Stream(dut.clk, dut.s_valid, dut.s_ready, dut.s_data), given, GAPS, 1)
    cocotb.start_soon(sink.run(clocks))
    cocotb.start_soon(source.run(clocks))
    await sink.wait_for(len(wanted))
    for (made,), line in zip(sink.beats, wanted, strict=True):
        assert [made >> (n * bits) & (1 << bits) - 1 for n in range(len(line))] == line.tolist()
    if not GAPS and not WAITS:
        assert sink.clocks[0] - source.taken[0] == beats + 1
        if beats % scale == 0:
            assert sink.clocks == list(range(sink.clocks[0], sink.clocks[0] + len(wanted)))
