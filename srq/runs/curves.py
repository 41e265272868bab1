"""A run's curves as one PNG: the loss, what is measured of each set, the learning rate."""

from collections.abc import Sequence
from pathlib import Path

from srq.files import atomic_write
from srq.runs.measured import PSNR, measured
from srq.runs.record import Entry

CURVES_FILE = "curves.png"


def draw_curves(entries: Sequence[Entry], path: Path) -> None:
    """Draw the log's entries, atomically; raises StorageError where the file system refuses."""
    # Without pyplot: no window is wanted, and no global state.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 7))
    # Margins by hand: matplotlib takes longer to find them than to draw.
    figure.subplots_adjust(left=0.1, right=0.98, bottom=0.07, top=0.98, hspace=0.08)
    canvas = FigureCanvasAgg(figure)
    losses, scores, rates = figure.subplots(3, 1, sharex=True, height_ratios=(2, 2, 1))
    steps = [entry["step"] for entry in entries if "loss" in entry]
    losses.plot(steps, [entry["loss"] for entry in entries if "loss" in entry], linewidth=0.8)
    losses.set(ylabel="loss", yscale="log")
    rates.plot(steps, [entry["lr"] for entry in entries if "loss" in entry])
    rates.set(xlabel="step", ylabel="learning rate")
    found = [(entry["step"], score) for entry in entries if (score := measured(entry)) is not None]
    if found:
        quantity, last = found[-1][1]
        for group, score in last.items():
            scores.plot(
                [step for step, _ in found],
                [of[group] for _, (_, of) in found],
                label=f"{group} {score:.{quantity.digits}f}",
            )
        scores.legend(loc="lower right")
    scores.set(ylabel=found[-1][1][0].label if found else PSNR.label)
    for axes in (losses, scores, rates):
        axes.grid(alpha=0.3)
    with atomic_write(path) as stream:
        canvas.print_png(stream)
