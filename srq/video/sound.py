"""Sound decoded and encoded anew, as AAC."""

from collections.abc import Iterator
from typing import Any

import av
import av.error
from av.filter import Graph

BITS_PER_CHANNEL = 96_000
"""Bits a second for each channel."""

_RATES = {8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000}
_LAYOUTS = {
    1: "mono", 2: "stereo", 3: "3.0", 4: "4.0", 5: "5.0", 6: "5.1", 8: "7.1",
}  # fmt: skip
"""What AAC has a number for, by the count of channels; others are mixed to stereo."""


def add_aac(output: Any, given: Any) -> Any:
    """A new AAC stream of ``output`` for the sound of ``given``; ValueError if it holds no AAC."""
    context = given.codec_context
    rate = context.sample_rate if context.sample_rate in _RATES else 48000
    layout = _LAYOUTS.get(context.layout.nb_channels, "stereo")
    stream = output.add_stream("aac", rate=rate, layout=layout)
    stream.bit_rate = BITS_PER_CHANNEL * stream.layout.nb_channels
    return stream


class AacEncoder:
    """Turns the packets of one stream into those of another, which ``add_aac`` made of it.

    Sound stays at its time: gaps, and packets that are damaged, become silence.
    """

    def __init__(self, given: Any, made: Any) -> None:
        self._given, self._made = given, made
        self._graph: Graph | None = None
        self._kind: tuple[Any, ...] = ()

    def encode(self, packet: av.Packet) -> Iterator[av.Packet]:
        """The packets that are ready after one more."""
        try:
            frames = self._given.decode(packet)
        except av.error.InvalidDataError:
            return
        for frame in frames:
            yield from self._encode(frame)

    def finish(self) -> Iterator[av.Packet]:
        """The packets that are left."""
        for frame in self._given.decode(None):
            yield from self._encode(frame)
        yield from self._drain()
        yield from self._made.encode(None)

    def _encode(self, frame: Any) -> Iterator[av.Packet]:
        kind = (frame.format.name, frame.layout.name, frame.sample_rate)
        if kind != self._kind:
            yield from self._drain()
            self._graph, self._kind = self._new_graph(frame), kind
        assert self._graph is not None
        self._graph.push(frame)
        yield from self._ready()

    def _drain(self) -> Iterator[av.Packet]:
        if self._graph is not None:
            self._graph.push(None)
            yield from self._ready()

    def _ready(self) -> Iterator[av.Packet]:
        assert self._graph is not None
        while True:
            try:
                frame = self._graph.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            yield from self._made.encode(frame)

    def _new_graph(self, frame: Any) -> Graph:
        graph, made = Graph(), self._made.codec_context
        graph.threads = 1
        buffer = graph.add_abuffer(
            sample_rate=frame.sample_rate,
            format=frame.format.name,
            layout=frame.layout.name,
            time_base=frame.time_base,
        )
        filled = graph.add("aresample", "async=1")
        wanted = graph.add(
            "aformat",
            f"sample_fmts={made.format.name}:sample_rates={made.sample_rate}"
            f":channel_layouts={made.layout.name}",
        )
        graph.link_nodes(buffer, filled, wanted, graph.add("abuffersink"))
        graph.configure()
        return graph
