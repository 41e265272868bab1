"""The explicit list of degradations. A new one is one file in ``kinds`` and one line here."""

from srq.degrade.degradation import Degradation
from srq.errors import ConfigError
from srq.registry import Entry, Registry, suggestion

DEGRADATIONS = Registry(
    "degradation",
    {
        "anisotropic": Entry(
            "srq.degrade.kinds.blur.anisotropic:ANISOTROPIC", "a Gaussian, wider in one direction"
        ),
        "av1": Entry("srq.degrade.kinds.video.av1:AV1", "AV1 by SVT-AV1"),
        "avif": Entry("srq.degrade.kinds.compression.avif:AVIF", "Pillow's AVIF"),
        "blotches": Entry(
            "srq.degrade.kinds.damage.blotches:BLOTCHES", "uneven patches, clear or cloudy"
        ),
        "blur": Entry("srq.degrade.kinds.blur.gaussian:BLUR", "a true Gaussian"),
        "box": Entry("srq.degrade.kinds.blur.box:BOX", "the mean over a square"),
        "down_up": Entry(
            "srq.degrade.kinds.resampling.down_up:DOWN_UP", "a size in between, then another"
        ),
        "downscale": Entry("srq.degrade.kinds.resampling.downscale:DOWNSCALE", "MATLAB's bicubic"),
        "dust": Entry("srq.degrade.kinds.damage.dust:DUST", "specks and fibres"),
        "fade": Entry("srq.degrade.kinds.colour.fade:FADE", "dyes that lost density"),
        "fitted": Entry("srq.degrade.kinds.noise.fitted:FITTED", "noise fitted to a camera's"),
        "folds": Entry("srq.degrade.kinds.damage.folds:FOLDS", "creases"),
        "generalized": Entry(
            "srq.degrade.kinds.blur.generalized:GENERALIZED", "a generalized Gaussian"
        ),
        "grain": Entry("srq.degrade.kinds.noise.grain:GRAIN", "film grain"),
        "h264": Entry("srq.degrade.kinds.video.h264:H264", "H.264 by x264"),
        "halo": Entry("srq.degrade.kinds.sharpening.halo:HALO", "seams along edges"),
        "hevc": Entry("srq.degrade.kinds.video.hevc:HEVC", "HEVC by x265"),
        "holes": Entry("srq.degrade.kinds.damage.holes:HOLES", "parts that are missing"),
        "jpeg": Entry("srq.degrade.kinds.compression.jpeg:JPEG", "Pillow's JPEG"),
        "learned": Entry("srq.degrade.kinds.noise.learned:LEARNED", "noise a network learned"),
        "lens": Entry("srq.degrade.kinds.blur.lens:LENS", "a lens out of focus"),
        "motion": Entry("srq.degrade.kinds.blur.motion:MOTION", "a camera that moved"),
        "mpeg1": Entry("srq.degrade.kinds.video.mpeg1:MPEG1", "MPEG-1"),
        "mpeg2": Entry("srq.degrade.kinds.video.mpeg2:MPEG2", "MPEG-2"),
        "mpeg4": Entry("srq.degrade.kinds.video.mpeg4:MPEG4", "MPEG-4, part 2"),
        "noise": Entry("srq.degrade.kinds.noise.gaussian:NOISE", "additive white Gaussian noise"),
        "plateau": Entry(
            "srq.degrade.kinds.blur.plateau:PLATEAU", "a kernel that is flat in the middle"
        ),
        "poisson": Entry("srq.degrade.kinds.noise.poisson:POISSON", "photon noise"),
        "resize": Entry(
            "srq.degrade.kinds.resampling.resize:RESIZE", "one of nine filters, in light"
        ),
        "ringing": Entry("srq.degrade.kinds.sharpening.ringing:RINGING", "waves beside edges"),
        "salt_pepper": Entry(
            "srq.degrade.kinds.noise.salt_pepper:SALT_PEPPER", "white and black pixels"
        ),
        "scratches": Entry("srq.degrade.kinds.damage.scratches:SCRATCHES", "long thin lines"),
        "sepia": Entry("srq.degrade.kinds.colour.sepia:SEPIA", "one brown tone"),
        "sinc": Entry("srq.degrade.kinds.blur.sinc:SINC", "a sharp low pass"),
        "speckle": Entry("srq.degrade.kinds.noise.speckle:SPECKLE", "multiplied noise"),
        "spots": Entry("srq.degrade.kinds.damage.spots:SPOTS", "stains"),
        "uniform": Entry("srq.degrade.kinds.noise.uniform:UNIFORM", "noise drawn evenly"),
        "unsharp": Entry("srq.degrade.kinds.sharpening.unsharp:UNSHARP", "unsharp masking"),
        "up_down": Entry(
            "srq.degrade.kinds.resampling.up_down:UP_DOWN", "a larger size, then another"
        ),
        "vp9": Entry("srq.degrade.kinds.video.vp9:VP9", "VP9 by libvpx"),
        "webp": Entry("srq.degrade.kinds.compression.webp:WEBP", "Pillow's lossy WebP"),
    },
)


def find(kind: object, where: str) -> Degradation:
    """The degradation named ``kind``; raises ConfigError, with ``where``, if there is none."""
    if not isinstance(kind, str):
        raise ConfigError(
            f"{where}: 'kind' must name a degradation; {suggestion('', DEGRADATIONS)}"
        )
    if kind not in DEGRADATIONS:
        raise ConfigError(
            f"{where}: no degradation is called '{kind}'; {suggestion(kind, DEGRADATIONS)}"
        )
    return DEGRADATIONS.load(kind)
