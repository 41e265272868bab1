"""A plot of PSNR against bits."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

from srq.files import write_bytes
from srq.quant.sweep import Widths


def draw_sweep(
    curves: Mapping[str, Mapping[Widths, float]],
    path: Path,
    *,
    reference: float,
    title: str,
    shown: Sequence[int] | None = None,
    floor: float = 1.0,
) -> None:
    """Draw PSNR over the width of activations to ``path``, a line for each width of weights.

    curves:    by their method's name, each in a panel of its own.
    reference: the float network's PSNR in dB, drawn as a line.
    shown:     which widths of weights get a line; all if None.
    floor:     how far below the reference the plot goes, in dB.
    """
    # Without pyplot: no window is wanted, and no global state.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    across, down = min(2, len(curves)), -(-len(curves) // 2)
    figure = Figure(figsize=(5.5 * across, 4.2 * down), layout="constrained")
    FigureCanvasAgg(figure)
    widths = [width for scores in curves.values() for width in scores]
    ticks = range(min(w.activations for w in widths), max(w.activations for w in widths) + 1)
    lines = shown or sorted({width.weights for width in widths})
    for index, (method, scores) in enumerate(curves.items()):
        axes = figure.add_subplot(down, across, index + 1)
        for number, weights in enumerate(lines):
            line = sorted((w.activations, db) for w, db in scores.items() if w.weights == weights)
            if line:
                # A width has one colour in all panels.
                look = {"color": f"C{number}", "marker": "o", "markersize": 3}
                axes.plot(*zip(*line, strict=True), **look, label=f"{weights}")
        axes.set_xlim(ticks[0] - 0.3, ticks[-1] + 0.3)
        axes.set_xticks(ticks)
        axes.axhline(reference, color="black", linewidth=0.8, linestyle="--")
        axes.set_ylim(reference - floor, reference + 0.1 * floor)
        axes.set_xlabel("bits of an activation")
        axes.set_ylabel("PSNR (dB)")
        axes.set_title(f"{title}, {method}")
        axes.legend(title="bits of a weight", fontsize="small", ncols=2)
        axes.grid(alpha=0.3)
    buffer = BytesIO()
    figure.savefig(buffer, format=path.suffix.lstrip(".") or "png", dpi=130)
    write_bytes(path, buffer.getvalue())
