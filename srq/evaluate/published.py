"""Figures that others published, kept apart from what is measured here.

PSNR in dB and SSIM on luma at x2. Where a source gives no SSIM it is None.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """One row of a published table: PSNR and SSIM by the set's name, at one scale."""

    model: str
    weights: str
    scale: int
    figures: dict[str, tuple[float, float | None]]
    source: str


PAPER = "Kim and Lee 2020, Table 1"
SETS = ("Set5", "Set14", "B100", "Urban100")


def _row(model: str, weights: str, *figures: tuple[float, float], source: str = PAPER) -> Published:
    return Published(model, weights, 2, dict(zip(SETS, figures, strict=True)), source)


PUBLISHED: tuple[Published, ...] = (
    _row("bicubic", "", (33.66, 0.9299), (30.24, 0.8688), (29.56, 0.8431), (26.88, 0.8403)),
    _row("SRCNN", "8K", (36.34, 0.9521), (32.18, 0.9039), (31.11, 0.8835), (29.09, 0.8897)),
    _row("FSRCNN-s", "4K", (36.57, 0.9531), (32.28, 0.9049), (31.23, 0.8866), (29.23, 0.8914)),
    _row("VDSR", "665K", (37.53, 0.9587), (33.03, 0.9124), (31.90, 0.8960), (30.76, 0.9140)),
    _row("kim, float", "2.56K", (36.66, 0.9548), (32.52, 0.9073), (31.32, 0.8880), (29.34, 0.8943)),
    _row(
        "kim, 10/14 bit",
        "2.56K",
        (36.64, 0.9544),
        (32.52, 0.9071),
        (31.31, 0.8876),
        (29.33, 0.8942),
    ),
    _row(
        "kim, 10/14 bit, its degradation",
        "2.56K",
        (36.24, 0.9481),
        (31.96, 0.8994),
        (30.82, 0.8816),
        (29.12, 0.8898),
    ),
    Published(
        "ECBSR-M4C8",
        "2.8K",
        2,
        {
            "Set5": (36.93, None),
            "Set14": (32.51, None),
            "B100": (31.44, None),
            "Urban100": (29.68, None),
        },
        "Zhang, Zeng and Zhang 2021",
    ),
)
