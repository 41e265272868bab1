"""The options that say how long a library keeps what, of every command that lets go of it."""

from typing import Annotated, Any

import typer

from srq.store.library.settings import DAY, HOUR, MB, Settings

GraceDays = Annotated[
    float, typer.Option("--grace-days", min=0, help="How long originals stay after the decision.")
]
TrashDays = Annotated[
    float, typer.Option("--trash-days", min=0, help="How long the trash keeps pictures.")
]
UnusedHours = Annotated[
    float, typer.Option("--unused-hours", min=0, help="How long files stay that nothing names.")
]
CacheMb = Annotated[
    int, typer.Option("--cache-mb", min=0, help="The most megabytes of restored files.")
]
MemoryMb = Annotated[
    int, typer.Option("--memory-mb", min=500, help="The most memory for a picture.")
]
Seconds = Annotated[
    int, typer.Option("--seconds", min=10, help="The most processor time for a picture.")
]
_USUAL = Settings()
GRACE_DAYS, TRASH_DAYS = _USUAL.grace // DAY, _USUAL.trash // DAY
UNUSED_HOURS = _USUAL.unused // HOUR
CACHE_MB, MEMORY_MB = _USUAL.cache // MB, _USUAL.memory // MB
SECONDS = _USUAL.seconds


def settings_of(
    *,
    grace_days: float = GRACE_DAYS,
    trash_days: float = TRASH_DAYS,
    unused_hours: float = UNUSED_HOURS,
    cache_mb: int = CACHE_MB,
    memory_mb: int = MEMORY_MB,
    **others: Any,
) -> Settings:
    """The settings that the options say; ``others`` as the settings name them."""
    return Settings(
        grace=int(grace_days * DAY),
        trash=int(trash_days * DAY),
        unused=int(unused_hours * HOUR),
        cache=cache_mb * MB,
        memory=memory_mb * MB,
        **others,
    )
