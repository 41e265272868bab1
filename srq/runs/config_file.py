"""The folder of a training: its configuration, and what else a run folder does not hold."""

from pathlib import Path

from srq.errors import ConfigError
from srq.files import storage_error, write_text

CONFIG_FILE = "config.toml"
PICTURES = "pictures"


def make_run_folder(folder: Path, config: str) -> None:
    """Make ``folder`` with the configuration in it; parents are made too.

    Raises StorageError where the file system refuses.
    """
    write_text(folder / CONFIG_FILE, config)


def refuse_used(folder: Path) -> None:
    """Raise ConfigError if ``folder`` holds anything: a new run must not mix with it."""
    if (folder / CONFIG_FILE).exists():
        raise ConfigError(
            f"{folder} already holds a training; go on with 'srq train --resume {folder}', "
            "or choose another folder with --out."
        )
    try:
        used = folder.exists() and any(folder.iterdir())
    except OSError as error:
        raise storage_error("use", folder, error) from error
    if used:
        raise ConfigError(f"The folder {folder} is not empty; choose another one with --out.")
