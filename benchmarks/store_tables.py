"""The tables and the plot of what the image store keeps pictures in."""

import math
from collections import Counter
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import harness
from benchmarks.store import RESULT
from srq.files import write_bytes
from srq.store.modes import FLOORS

GROUPS = {"photos": "photographs, JPEG 95", "cameras": "camera JPEGs", "graphics": "graphics, PNG"}

EXACTLY = ("as it came", "jpeg in jxl")
FULL = (*EXACTLY, "avif", "avif444", "webp", "jxl lossless", "webp lossless")

COLUMNS: dict[str, Callable[[str], bool]] = {
    "exactly": lambda name: name in EXACTLY,
    "WebP": lambda name: name in ("webp", "webp lossless"),
    "JPEG XL": lambda name: name == "jxl lossless",
    "AVIF": lambda name: name in ("avif", "avif444"),
    "smaller + Lanczos": lambda name: name.endswith("lanczos"),
    "smaller + network": lambda name: "kim" in name,
}

SHARES = np.geomspace(0.01, 1, 80)
"""Bytes of the plot, over those that came."""


def tables() -> dict[str, str]:
    """How many times smaller, by what, and what enlargement adds."""
    rows = harness.read_result(RESULT)["pictures"]
    return {
        "ratios": _ratios(rows),
        "winners": _winners(rows),
        "single": _single(rows),
        "share": _share(rows),
        "graphics": _graphics(rows),
    }


def best(found: dict[str, Any], names: Callable[[str], bool]) -> int | None:
    """The fewest bytes of the ways of these names; None where none of them holds the floor."""
    sizes = [one["bytes"] for name, one in found["ways"].items() if names(name)]
    return min(sizes, default=None)


def _of(rows: list[dict[str, Any]]) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    for group, told in GROUPS.items():
        some = [row for row in rows if row["group"] == group]
        for mode in FLOORS:
            if some:
                yield told, mode, [{"came": row["came"], **row["floors"][mode]} for row in some]


def _mean(ratios: list[float]) -> float:
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def _chosen(found: list[dict[str, Any]]) -> list[int]:
    return [one["chosen"]["bytes"] for one in found]


def _fewer(before: list[int], after: list[int]) -> str:
    """By how much the bytes ``after`` are fewer, in the geometric mean."""
    gain = 1 - _mean([one / other for one, other in zip(after, before, strict=True)])
    return f"{100 * gain:.1f} %"


def _check_no_worse(chosen: list[int], other: list[int]) -> None:
    assert all(one <= than for one, than in zip(chosen, other, strict=True)), (
        "the store is worse than a single codec"
    )


def _ratios(rows: list[dict[str, Any]]) -> str:
    """The geometric mean of bytes that came over bytes stored."""
    lines = [f"| pictures | mode | {' | '.join(COLUMNS)} | srq store |"]
    lines.append("|---" * 2 + "|---:" * (len(COLUMNS) + 1) + "|")
    for told, mode, found in _of(rows):
        cells = []
        for names in COLUMNS.values():
            sizes = [best(one, names) for one in found]
            held = [one["came"] / size for one, size in zip(found, sizes, strict=True) if size]
            cell = f"{_mean(held):.2f}" if held else "-"
            cells.append(cell + (f" ({len(held)})" if held and len(held) < len(found) else ""))
        chosen = _mean([one["came"] / one["chosen"]["bytes"] for one in found])
        lines.append(f"| {told} ({len(found)}) | {mode} | {' | '.join(cells)} | {chosen:.2f} |")
    return "\n".join(lines)


def _winners(rows: list[dict[str, Any]]) -> str:
    """What was chosen, and how far above the floor."""
    lines = ["| pictures | mode | chosen | least above the floor |", "|---|---|---|---:|"]
    for told, mode, found in _of(rows):
        count = Counter(one["chosen"]["way"] for one in found)
        names = ", ".join(f"{way} {number}" for way, number in count.most_common())
        scores = [one["chosen"]["ssimulacra2"] for one in found]
        above = [score - FLOORS[mode] for score in scores if score is not None]
        assert min(above, default=0) >= 0, "a picture lies below its floor"
        least = f"{min(above):.2f}" if above else "every byte"
        lines.append(f"| {told} | {mode} | {names} | {least} |")
    return "\n".join(lines)


def _single(rows: list[dict[str, Any]]) -> str:
    """The best codec at full size if it had to be one for all, the file itself where it fails."""
    head = "| pictures | mode | the best single codec | times smaller | srq store |"
    lines = [f"{head} fewer bytes |", "|---|---|---|---:|---:|---:|"]
    for told, mode, found in _of(rows):
        came = [one["came"] for one in found]
        sizes = {
            way: [one["ways"].get(way, one["ways"]["as it came"])["bytes"] for one in found]
            for way in FULL
        }
        name, alone = min(sizes.items(), key=lambda pair: _mean([float(n) for n in pair[1]]))
        chosen = _chosen(found)
        _check_no_worse(chosen, alone)
        once, ours = (
            _mean([one / other for one, other in zip(came, some, strict=True)])
            for some in (alone, chosen)
        )
        lines.append(
            f"| {told} | {mode} | {name} | {once:.2f} | {ours:.2f} | {_fewer(alone, chosen)} |"
        )
    return "\n".join(lines)


def _share(rows: list[dict[str, Any]]) -> str:
    """What smaller pictures save beyond the best at full size, and networks beyond Lanczos."""
    head = "| pictures | mode | smaller chosen | fewer bytes than at full size |"
    lines = [
        f"{head} by a network | fewer bytes than without networks |",
        "|---|---|" + "---:|" * 4,
    ]
    for told, mode, found in _of(rows):
        chosen = _chosen(found)
        full = [best(one, lambda name: name in FULL) or 0 for one in found]
        without = [best(one, lambda name: "kim" not in name) or 0 for one in found]
        _check_no_worse(chosen, full)
        smaller = [one["chosen"]["way"] for one in found if one["chosen"]["scale"] > 1]
        network = sum("kim" in way for way in smaller)
        lines.append(
            f"| {told} | {mode} | {len(smaller)} of {len(found)} | {_fewer(full, chosen)}"
            f" | {network} | {_fewer(without, chosen)} |"
        )
    return "\n".join(lines)


def _graphics(rows: list[dict[str, Any]]) -> str:
    """Each of the graphics: what is chosen, and the best smaller one."""
    lines = [
        "| picture | mode | PNG, bytes | chosen | bytes | fewest at a half or a third |",
        "|---|---|---:|---|---:|---:|",
    ]
    for row in rows:
        if row["group"] != "graphics":
            continue
        for mode in FLOORS:
            found = row["floors"][mode]
            smaller = best(found, lambda name: " 1/" in name)
            assert found["chosen"]["scale"] == 1, "text is kept smaller"
            lines.append(
                f"| {row['name']} | {mode} | {row['came']} | {found['chosen']['way']}"
                f" | {found['chosen']['bytes']} | {smaller or 'none holds the mode'} |"
            )
    return "\n".join(lines)


def curve(row: dict[str, Any], names: Callable[[str], bool]) -> NDArray[np.float64]:
    """The SSIMULACRA2 of a picture at ``SHARES`` of the bytes that came, by the best of the ways of
    these names; NaN where none of them was tried with so few bytes."""
    points = sorted(
        (size / row["came"], score)
        for name, some in row["curves"].items()
        if names(name)
        for size, score in zip(some["bytes"], some["ssimulacra2"], strict=True)
    )
    reached: list[tuple[float, float]] = []
    for share, score in points:
        if not reached or score > reached[-1][1]:
            reached.append((share, score))
    shares, scores = np.array(reached).T
    return np.interp(np.log(SHARES), np.log(shares), scores, left=np.nan)


def plot(path: Path) -> None:
    """Draw the mean SSIMULACRA2 of each group over the bytes, by what stores it."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rows = harness.read_result(RESULT)["pictures"]
    figure = Figure(figsize=(13, 4.4), layout="constrained")
    FigureCanvasAgg(figure)
    for index, (group, told) in enumerate(GROUPS.items()):
        axes = figure.add_subplot(1, len(GROUPS), index + 1)
        for number, (name, names) in enumerate(COLUMNS.items()):
            if name in ("exactly", "JPEG XL"):  # points, and no curves
                continue
            every = np.array([curve(row, names) for row in rows if row["group"] == group])
            axes.plot(100 * SHARES, every.mean(0), color=f"C{number}", label=name)
        for mode, floor in FLOORS.items():
            axes.axhline(floor, color="gray", linewidth=0.6, linestyle=":")
            where = axes.get_yaxis_transform()
            axes.text(0.01, floor + 0.7, mode, color="gray", fontsize="x-small", transform=where)
        axes.set_xscale("log")
        axes.set_xlim(5, 100)
        axes.set_xticks(ticks := (5, 10, 20, 50, 100), labels=[str(tick) for tick in ticks])
        axes.minorticks_off()
        axes.set_ylim(0, 100)
        axes.set_title(told, fontsize="medium")
        axes.set_xlabel("% of the bytes that came")
        axes.set_ylabel("SSIMULACRA2, mean")
        axes.grid(alpha=0.3)
        axes.legend(fontsize="small", loc="center left" if group == "graphics" else "lower right")
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=130)
    write_bytes(path, buffer.getvalue())
