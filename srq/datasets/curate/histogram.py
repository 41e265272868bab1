"""A histogram of scores as SVG, for a page."""

import html
from collections.abc import Sequence

import numpy as np

_BINS = 48
_WIDTH, _HEIGHT = 720, 160
_LEFT, _BOTTOM = 8, 24


def histogram(scores: Sequence[float], name: str, stays: Sequence[bool] | None = None) -> str:
    """How many pictures have which score; those that do not stay in another colour."""
    values = np.asarray(scores, np.float64)
    stay = np.ones(len(values), bool) if stays is None else np.asarray(stays, bool)
    finite = np.isfinite(values)
    values, stay = values[finite], stay[finite]
    if not len(values):
        return ""
    low, high = float(values.min()), float(values.max())
    edges = np.linspace(low, high if high > low else low + 1, _BINS + 1)
    kept, gone = (np.histogram(values[mask], edges)[0] for mask in (stay, ~stay))
    top = max(1, int((kept + gone).max()))
    step = (_WIDTH - 2 * _LEFT) / _BINS
    bars: list[str] = []
    for k in range(_BINS):
        x, base = _LEFT + k * step, float(_HEIGHT - _BOTTOM)
        for count, colour in ((kept[k], "--bar"), (gone[k], "--cut")):
            if count:
                tall = (_HEIGHT - _BOTTOM - 8) * int(count) / top
                base -= tall
                bars.append(
                    f'<rect x="{x:.1f}" y="{base:.1f}" width="{step - 1:.1f}" height="{tall:.1f}" '
                    f'style="fill:var({colour})"/>'
                )
    ends = "".join(
        f'<text x="{x}" y="{_HEIGHT - 6}" text-anchor="{anchor}" font-size="13" '
        f'fill="currentColor">{_shown(value)}</text>'
        for x, anchor, value in ((_LEFT, "start", low), (_WIDTH - _LEFT, "end", high))
    )
    legend = "" if stays is None else " Kept pictures in blue, cut ones in red."
    mean = f"{html.escape(name)}: {_shown(low)} to {_shown(high)}, mean {_shown(values.mean())}."
    return (
        f'<figure><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{mean}">'
        f"{''.join(bars)}{ends}</svg><figcaption>{mean}{legend}</figcaption></figure>"
    )


def _shown(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
