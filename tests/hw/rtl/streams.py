"""What cocotb benches of streams share: a source, a sink, a watch over the protocol.

It runs inside the simulator. Every signal changes shortly after a rising edge and is looked at
shortly before the next.
"""

import random

from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, ReadOnly, RisingEdge, Timer


class Stream:
    """The signals of one side of a cell.

    valid, ready: handles.
    data:         handles that must stay as they are while a beat waits.
    undefined:    bits that may be undefined, and are then taken for 0.
    """

    def __init__(self, clock, valid, ready, *data, undefined=False):
        self.clock = clock
        self.valid = valid
        self.ready = ready
        self.data = data
        self.undefined = undefined

    @property
    def moves(self):
        """Whether a beat moves at the next edge."""
        return bool(self.valid.value) and bool(self.ready.value)

    def beat(self):
        """The integers of the data."""
        bits = [str(handle.value).lower() for handle in self.data]
        if self.undefined:
            bits = [text.replace("x", "0") for text in bits]
        return tuple(int(text, 2) for text in bits)


class Source:
    """Offers beats; with gaps, in so many of 256 clocks none."""

    def __init__(self, stream, beats, gaps, seed):
        self.stream = stream
        self.beats = list(beats)
        self.gaps = gaps
        self.rng = random.Random(seed)
        self.taken = []  # the clock of each beat

    async def run(self, clocks):
        """Give all beats; ``clocks`` counts."""
        stream = self.stream
        for beat in self.beats:
            while self.rng.randrange(256) < self.gaps:
                stream.valid.value = 0
                await after_edge(stream.clock)
            stream.valid.value = 1
            for handle, integer in zip(stream.data, beat, strict=True):
                handle.value = integer
            while True:
                await before_edge(stream.clock)
                took = stream.moves
                now = clocks.now
                await after_edge(stream.clock)
                if took:
                    self.taken.append(now)
                    break
        stream.valid.value = 0


class Sink:
    """Takes beats; with waits, in so many of 256 clocks none."""

    def __init__(self, stream, waits, seed):
        self.stream = stream
        self.waits = waits
        self.rng = random.Random(seed)
        self.beats = []
        self.clocks = []  # of each beat

    async def run(self, clocks):
        """Take beats for ever, and see that none is taken back or changed while it waits."""
        stream, offered = self.stream, None
        while True:
            stream.ready.value = int(self.rng.randrange(256) >= self.waits)
            await before_edge(stream.clock)
            valid = bool(stream.valid.value)
            if offered is not None:
                assert valid, "a beat was taken back"
                assert stream.beat() == offered, "a beat changed while it waited"
            offered = None
            if stream.moves:
                self.beats.append(stream.beat())
                self.clocks.append(clocks.now)
            elif valid:
                offered = stream.beat()
            await after_edge(stream.clock)

    async def wait_for(self, count, most=20000):
        """Until so many beats have come, and a while longer, in which none more may."""
        for _ in range(most):
            if len(self.beats) >= count:
                break
            await RisingEdge(self.stream.clock)
        await ClockCycles(self.stream.clock, 40)
        assert len(self.beats) == count, f"{len(self.beats)} beats of {count} came"


class LateSink(Sink):
    """Takes beats whose data comes a clock after they move."""

    async def run(self, clocks):
        """Take beats for ever, and see that none is taken back."""
        stream, waited, moved = self.stream, False, False
        while True:
            stream.ready.value = int(self.rng.randrange(256) >= self.waits)
            await before_edge(stream.clock)
            if moved:
                self.beats.append(stream.beat())
            moved, valid = stream.moves, bool(stream.valid.value)
            assert valid or not waited, "a beat was taken back"
            waited = valid and not moved
            if moved:
                self.clocks.append(clocks.now)
            await after_edge(stream.clock)


class Clocks:
    """Counts clocks."""

    now = 0

    async def run(self, clock):
        """Count for ever."""
        while True:
            await RisingEdge(clock)
            self.now += 1


def start_clock(clock):
    """A clock of 10 ns."""
    Clock(clock, 10, unit="ns").start()


async def before_edge(clock):
    """From shortly after an edge: when all that this clock computes has settled."""
    del clock
    await Timer(7, "ns")
    await ReadOnly()


async def after_edge(clock):
    """Shortly after the next edge."""
    await RisingEdge(clock)
    await Timer(1, "ns")


def packed(integers, bits):
    """Integers of so many bits in one, the first lowest."""
    return sum(int(n) << (place * bits) for place, n in enumerate(integers))
