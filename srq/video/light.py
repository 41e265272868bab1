"""HDR10: the display that a video was made on, and how bright its frames are."""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

_MASTERING = struct.Struct("=20i2i")
"""FFmpeg's AVMasteringDisplayMetadata: x and y of red, green, blue and white, the least and the
most light, all as numerator and denominator; whether there are colours, and light."""

_CONTENT = struct.Struct("=2I")
"""FFmpeg's AVContentLightMetadata:
of the brightest pixel, and the average of the brightest frame."""

_DYNAMIC = {"DYNAMIC_HDR_PLUS", "DYNAMIC_HDR_VIVID", "DOVI_RPU_BUFFER", "DOVI_METADATA"}


@dataclass(frozen=True)
class Light:
    """What HDR10 states once for a whole video. A part that is not stated is None.

    display: x and y of red, green, blue and white, then the least and the most light in cd/m2.
    content: MaxCLL and MaxFALL in cd/m2.
    """

    display: tuple[Fraction, ...] | None
    content: tuple[int, int] | None

    def display_in_units(self) -> str:
        """The display as x264 and x265 want it, in steps of 0.00002 and of 0.0001 cd/m2."""
        return self._display(lambda x: f"{round(x * 50000)}", lambda y: f"{round(y * 10000)}")

    def display_in_decimals(self) -> str:
        """The display as SVT-AV1 wants it."""
        return self._display(lambda x: f"{float(x):.5f}", lambda y: f"{float(y):.4f}")

    def _display(self, place: Callable[[Fraction], str], light: Callable[[Fraction], str]) -> str:
        assert self.display is not None
        red, green, blue, white = (
            f"({place(x)},{place(y)})"
            for x, y in zip(self.display[0:8:2], self.display[1:8:2], strict=True)
        )
        least, most = map(light, self.display[8:])
        return f"G{green}B{blue}R{red}WP{white}L({most},{least})"

    def described(self) -> list[str]:
        """The same as plain values."""
        return [str(number) for number in (*(self.display or ()), *(self.content or ()))]


def light_of(side_data: Mapping[Any, Any]) -> Light | None:
    """What the side data of a frame states; None if nothing."""
    display = content = None
    given = side_data.get("MASTERING_DISPLAY_METADATA")
    if given is not None:
        *numbers, has_colours, has_light = _MASTERING.unpack_from(bytes(given))
        if has_colours and has_light and all(numbers[1::2]):
            display = tuple(map(Fraction, numbers[::2], numbers[1::2]))
    given = side_data.get("CONTENT_LIGHT_LEVEL")
    if given is not None:
        brightest, average = _CONTENT.unpack_from(bytes(given))
        content = (brightest, average) if brightest or average else None  # 0 is unknown.
    return None if display is content is None else Light(display, content)


def is_dynamic(side_data: Mapping[Any, Any]) -> bool:
    """Whether the side data of a frame says more of its light than HDR10 does."""
    return any(side_data.get(name) is not None for name in _DYNAMIC)
