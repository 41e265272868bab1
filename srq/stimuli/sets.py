"""Which stimuli go together: for verification, test vectors, a test bench, a sample."""

from collections.abc import Iterator

import numpy as np

from srq.dataflow import reach_of
from srq.fixed import Format
from srq.program import Program
from srq.stimuli import Stimulus
from srq.stimuli.adversarial import driven, driven_together
from srq.stimuli.natural import clouds, deepened, natural, noise_and_edge, textured
from srq.stimuli.patterns import (
    SEED,
    checkerboard,
    constant,
    impulses,
    impulses_at,
    noise,
    patterns,
)
from srq.stimuli.saturation import saturating

SIZES = (
    *((1, 1), (1, 2), (2, 1), (1, 127), (127, 1), (2, 3), (3, 2), (5, 7), (7, 5), (11, 13)),
    *((17, 19), (23, 29), (31, 37), (41, 43), (53, 61), (71, 73), (89, 97)),
    *((113, 127), (127, 113), (130, 130)),
)
"""Rows and columns of the noise: a pixel, lines, primes, and just above a power of two."""

QUICK_SIZES = ((1, 1), (1, 17), (17, 1), (13, 17), (31, 37))

QUICK_PATTERNS = ("all 0", "all max", "checkerboard 1", "extremes")

USE_SIZES = (
    *((1, 37), (23, 37), (2, 37), (9, 37)),
    *((200, 40), (7, 1920), (60, 2100), (4200, 3), (5, 1)),
)
"""Rows and columns of what users bring: one size of line several times in a row, pictures of many
bands, the widest line of an export, one beyond a strip of the native engine, a tall one, and
small ones again."""

_VECTOR = (9, 14)
"""The shape of most pictures of the test vectors."""

_BENCH = ((12, 19), (7, 8), (1, 9), (5, 1), (1, 1))
_BENCH_SEED = 4

_SAMPLE = (16, 24)


def for_verification(program: Program, *, quick: bool = False) -> Iterator[Stimulus]:
    """Noise of many sizes, patterns, what drives sums to their bounds, and something natural.

    quick: a dozen small ones, in the time of a few seconds for any subject.
    """
    yield from _few(program) if quick else _many(program)


def _few(program: Program) -> Iterator[Stimulus]:
    fmt = program.input.format
    rng = np.random.default_rng(SEED)
    for rows, columns in QUICK_SIZES:
        yield Stimulus(f"noise {rows}x{columns}", noise(fmt, (rows, columns), rng))
    shown = patterns(fmt, (19, 23))
    for name in QUICK_PATTERNS:
        yield Stimulus(f"{name} 19x23", shown[name])
    reach = reach_of(program)
    yield Stimulus("impulses", impulses(fmt, reach.rows, reach.columns))
    together = driven_together(program)
    if together is not None:
        yield Stimulus("drives all sums", together)
    yield Stimulus("clouds 47x53", deepened(clouds(130)[:47, :53], fmt, rng))


def _many(program: Program) -> Iterator[Stimulus]:
    fmt = program.input.format
    rng = np.random.default_rng(SEED)
    for rows, columns in SIZES:
        yield Stimulus(f"noise {rows}x{columns}", noise(fmt, (rows, columns), rng))
    side = (37, 67)
    for name, picture in patterns(fmt, side).items():
        yield Stimulus(f"{name} {side[0]}x{side[1]}", picture)
    reach = reach_of(program)
    yield Stimulus("impulses", impulses(fmt, reach.rows, reach.columns))
    yield Stimulus("impulses, dark", fmt.hi - impulses(fmt, reach.rows, reach.columns))
    for op, picture in driven(program):
        yield Stimulus(f"drives {op}", picture)
    for name, picture in natural().items():
        rows, columns = 127, 113
        cut = deepened(picture[:rows, :columns], fmt, rng)
        yield Stimulus(f"{name} {rows}x{columns}", cut)


def for_use(program: Program) -> Iterator[Stimulus]:
    """Noise of ``USE_SIZES``, in that order: for each way in which users run what was made."""
    rng = np.random.default_rng(SEED)
    for rows, columns in USE_SIZES:
        picture = noise(program.input.format, (rows, columns), rng)
        yield Stimulus(f"noise {rows}x{columns}", picture)


def for_vectors(program: Program) -> list[Stimulus]:
    """Small pictures that show one thing each, for a hardware team's test bench."""
    fmt = program.input.format
    black, white = constant(fmt, _VECTOR, 0), constant(fmt, _VECTOR, fmt.hi)
    impulse = impulses_at(fmt, (15, 22), ((7, 10), (0, 0), (-1, -1)))
    return [
        Stimulus("natural", textured(fmt), "smooth parts, an edge and texture, as in a photograph"),
        Stimulus("noise", _vector_noise(fmt, _VECTOR), "every code value alike"),
        Stimulus("black", black, "all 0"),
        Stimulus("white", white, f"all {fmt.hi}"),
        Stimulus("checkerboard", checkerboard(fmt, _VECTOR), f"0 and {fmt.hi} in turn"),
        Stimulus("impulse", impulse, "bright pixels in two corners and amid black"),
        Stimulus(
            "saturation",
            saturating(program, _VECTOR, SEED),
            "extremes, searched to saturate many values",
        ),
        Stimulus(
            "pixel", _vector_noise(fmt, (1, 1)), "a picture of one pixel, all border around it"
        ),
    ]


def for_bench(fmt: Format) -> list[Stimulus]:
    """Noise and extremes in a few small sizes, for a test bench that is compiled with them."""
    rng = np.random.default_rng(_BENCH_SEED)
    stimuli = []
    for number, shape in enumerate(_BENCH):
        picture = noise(fmt, shape, rng, drawn=fmt.dtype)
        name = "noise"
        if number == 1:
            picture, name = np.where(picture & 1, fmt.hi, 0).astype(fmt.dtype), "extremes"
        stimuli.append(Stimulus(f"{name} {number}", picture))
    return stimuli


def for_check(fmt: Format) -> Stimulus:
    """One small picture, 32 x 72: like a photograph, noise, extremes, beside each other."""
    natural = textured(fmt)
    parts = [natural, _vector_noise(fmt, natural.shape), patterns(fmt, natural.shape)["extremes"]]
    return Stimulus("check", np.concatenate(parts, axis=1))


def sample(fmt: Format, max_width: int) -> Stimulus:
    """One small picture with noise and an edge, no wider than ``max_width``."""
    height, width = _SAMPLE
    return Stimulus("sample", noise_and_edge(fmt, (height, min(width, max_width))))


def _vector_noise(fmt: Format, shape: tuple[int, int]) -> np.ndarray:
    return noise(fmt, shape, np.random.default_rng(SEED), drawn=fmt.dtype)
