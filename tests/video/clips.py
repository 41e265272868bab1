"""Small videos made with PyAV, and what is in a file, for tests."""

import hashlib
from fractions import Fraction

import av
import numpy as np

from srq.priority import ordinary_priority
from srq.video.frame import frame_of
from srq.video.layout import Layout


def planes(layout, height, width, number, seed=0):
    """A frame of moving slopes and blobs, a little noise in it; every number looks different."""
    rng = np.random.default_rng([seed, number])
    peak = (1 << layout.bits) - 1
    made = []
    for index, (rows, columns) in enumerate(layout.shapes(height, width)):
        y, x = np.mgrid[0:rows, 0:columns]
        slope = (x * 3 + y * 5 + number * (7 + index)) % 64 / 64
        noise = rng.random((rows, columns)) / 16
        made.append(((0.1 + 0.75 * slope + noise) * peak).astype(layout.dtype))
    return made


def make(
    path,
    *,
    layout=None,
    size=(24, 32),
    frames=20,
    codec="ffv1",
    times=None,
    time_base=Fraction(1, 25),
    audio=None,
    options=None,
    container=None,
    configure=lambda output, video: None,
    end=lambda output: None,
    given=None,
    muxing=None,
    marked=lambda frame: frame,
):
    """Write a video; ``times`` in units of ``time_base`` (one each by default).

    ``configure(output, video)`` is called before the header, ``end`` before the file is closed;
    ``marked`` has each frame before it is encoded.
    """
    layout = layout or Layout(8, "420")
    times = list(times or range(frames))
    with av.open(str(path), "w", format=container, options=muxing or {}) as output:
        video = output.add_stream(codec, rate=25, options=options or {})
        video.height, video.width = size
        video.pix_fmt = layout.name
        video.codec_context.time_base = time_base
        video.time_base = time_base
        sound = None if audio is None else output.add_stream(audio, rate=48000)
        configure(output, video)
        with ordinary_priority():
            output.start_encoding()
        for number, time in enumerate(times):
            picture = given(number) if given else planes(layout, *size, number)
            frame = frame_of(picture, layout)
            frame.pts, frame.time_base = time, time_base
            output.mux(video.encode(marked(frame)))
        output.mux(video.encode(None))
        if sound is not None:
            seconds = float(times[-1] * time_base) + 0.04
            output.mux(tone(sound, seconds))
        end(output)


def tone(stream, seconds):
    """The packets of a sine in a new audio stream."""
    size = stream.codec_context.frame_size or 1024
    packets = []
    for start in range(0, int(seconds * 48000), size):
        wave = np.sin(np.arange(start, start + size) * 0.05).astype(np.float32)
        frame = av.AudioFrame.from_ndarray(np.stack([wave, wave]), "fltp", "stereo")
        frame.sample_rate, frame.pts, frame.time_base = 48000, start, Fraction(1, 48000)
        packets += stream.encode(frame)
    return packets + stream.encode(None)


def seen(path):
    """What a reader of a file sees: (times in seconds, planes) of its frames."""
    with av.open(str(path)) as container:
        found = list(container.decode(video=0))
        times = [(frame.pts or 0) * Fraction(frame.time_base or 1) for frame in found]
        return times, [_planes(frame) for frame in found]


def _planes(frame):
    layout = Layout.named(frame.format.name)
    shapes = layout.shapes(frame.height, frame.width)
    made = []
    for plane, (rows, columns) in zip(frame.planes, shapes, strict=True):
        whole = np.frombuffer(plane, layout.dtype).reshape(rows, -1)
        made.append(whole[:, :columns].copy())
    return made


def carried(path, kind):
    """The hash of every packet of a stream that is copied, and when it is played, in seconds."""
    with av.open(str(path)) as container:
        stream = next(stream for stream in container.streams if stream.type == kind)
        return [
            (float((p.pts or 0) * Fraction(p.time_base)), hashlib.sha256(bytes(p)).hexdigest())
            for p in container.demux(stream)
            if p.size
        ]
