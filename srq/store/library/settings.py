"""How a library is kept. The defaults stand here alone; the options of commands take them."""

from dataclasses import dataclass

MB = 1_000_000
HOUR, DAY = 3600, 24 * 3600


@dataclass(frozen=True)
class Settings:
    """How a library is kept; times in seconds.

    grace:      from the decision about a picture to the end of its original.
    trash:      from the trash to the end of the picture.
    unused:     from the last row that named a blob to its end.
    cache:      the most bytes of restored files that are kept.
    memory:     the most bytes that work on a picture may take.
    seconds:    the most processor time that it may take, and a tenth of the wall's.
    pixels:     the most that a picture may have.
    attempts:   how often work is begun that kills its process.
    """

    grace: int = 7 * DAY
    trash: int = 30 * DAY
    unused: int = HOUR
    cache: int = 1000 * MB
    memory: int = 4000 * MB
    seconds: int = 7200
    pixels: int = 100_000_000
    attempts: int = 3
