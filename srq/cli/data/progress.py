"""The progress of a command of ``srq data`` on the screen."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


@contextmanager
def progress_bar(
    screen: "Console", title: str, count: str | None = None
) -> Iterator[Callable[[int, int], None]]:
    """A bar on the screen, moved by the callback it yields; it counts bytes, or ``count``."""
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    if count is None:
        units = (DownloadColumn(), TransferSpeedColumn())
    else:
        units = (MofNCompleteColumn(), TextColumn(count))
    columns = (TextColumn("{task.description}"), BarColumn(), *units, TimeRemainingColumn())
    off = not screen.is_terminal
    with Progress(*columns, console=screen, transient=True, disable=off) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
