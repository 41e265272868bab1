"""The options that say how long a library keeps what, of every command that lets go of it."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from srq.store.library.library import Settings

GraceDays = Annotated[
    float, typer.Option("--grace-days", min=0, help="How long originals stay after the decision.")
]
TrashDays = Annotated[
    float, typer.Option("--trash-days", min=0, help="How long the trash keeps pictures.")
]
CacheMb = Annotated[
    int, typer.Option("--cache-mb", min=0, help="The most megabytes of restored files.")
]
GRACE_DAYS, TRASH_DAYS, CACHE_MB = 7, 30, 1000


def settings_of(
    *,
    grace_days: float = GRACE_DAYS,
    trash_days: float = TRASH_DAYS,
    cache_mb: int = CACHE_MB,
    **others: Any,
) -> "Settings":
    """The settings that the options say; ``others`` as the settings name them."""
    from srq.store.library.library import DAY, Settings

    return Settings(
        grace=int(grace_days * DAY),
        trash=int(trash_days * DAY),
        cache=cache_mb * 1_000_000,
        **others,
    )
