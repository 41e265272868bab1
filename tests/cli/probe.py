"""Commands that end in every way a command can, for the tests of the frame.

``python -m tests.cli.probe`` is ``srq`` with these commands in place of its own.
"""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from srq.cli import lazy
from srq.cli.app import main
from srq.cli.output import JsonFile, console, write_json
from srq.errors import ConfigError
from srq.files import atomic_write
from srq.parallel.workers import map_in_processes
from srq.registry import Entry, Registry

app = typer.Typer()
group = typer.Typer(name="group", help="A group.")
app.add_typer(group)

NAMES = (
    "fine mistake difference interrupt terminate defect absent closed extra unreadable group"
    " report chatty busy"
)
ENTRIES = {name: Entry("tests.cli.probe:app", f"Ends by {name}.") for name in NAMES.split()}
COMMANDS = Registry("command", ENTRIES)


@app.command()
def fine(count: Annotated[int, typer.Option(help="A number.")] = 1) -> None:
    """Says so."""
    print("fine", count)


@app.command()
def mistake() -> None:
    raise ConfigError("Wanted a, got b; do c.")


@app.command()
def difference() -> None:
    raise typer.Exit(1)


@app.command()
def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


@app.command()
def terminate() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


@app.command()
def defect() -> None:
    raise ZeroDivisionError("ours")


@app.command()
def absent() -> None:
    raise ModuleNotFoundError("No module named 'srq.gone'", name="srq.gone")


@app.command()
def extra() -> None:
    raise ModuleNotFoundError("No module named 'torch.nn'", name="torch.nn")


@app.command()
def unreadable(path: Path) -> None:
    path.read_bytes()


@app.command()
def closed() -> None:
    raise OSError("no file is to blame")


@app.command()
def chatty() -> None:
    for _ in range(100_000):
        print("a line")


def linger(number: int) -> int:
    """The work of a worker process: its id is told, and it never ends."""
    # In one piece: print may write the number and the end of its line apart, and others between.
    os.write(1, f"{os.getpid()}\n".encode())
    time.sleep(600)
    return number


@app.command()
def busy(folder: Path) -> None:
    """Writes a file that never ends, while two workers work."""
    with atomic_write(folder / "file") as stream:
        stream.write(b"half")
        list(map_in_processes(linger, range(2), 2))


@app.command()
def report(json: JsonFile = None) -> None:
    console(json).print("for people")
    write_json({"psnr": float("inf"), "rows": (1, 2.5, None)}, json)


@group.command()
def inner() -> None:
    """Is inside."""
    print("inner")


if __name__ == "__main__":
    lazy.COMMANDS = COMMANDS
    sys.exit(main())
