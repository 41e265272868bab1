"""The root command: ``main`` runs the command line and returns an exit code.

0: done; 1: a check found a difference; 2: a user's mistake, told in one sentence on stderr;
70: a defect of srq, with its traceback; 130: interrupted by Ctrl-C; 141: the reader of our output
left; 143: interrupted by SIGTERM.
"""

import gc
import os
import sys
import traceback
from typing import Annotated

import typer

from srq.cli.lazy import LazyGroup
from srq.cli.signals import interrupted_by_sigterm
from srq.errors import SrqError
from srq.files import storage_error
from srq.version import __version__

USER_MISTAKE = 2
DEFECT = 70
INTERRUPTED = 130
BROKEN_PIPE = 141
TERMINATED = 143

EXTRA_OF = {
    "alembic": "store",
    "argon2": "store",
    "av": "video",
    "brevitas": "train",
    "fastapi": "store",
    "lmdb": "lmdb",
    "matplotlib": "train",
    "obstore": "store",
    "pillow_heif": "heic",
    "pyarrow": "parquet",
    "prometheus_client": "store",
    "psycopg": "postgres",
    "pylibjxl": "jxl",
    "ray": "ray",
    "scipy": "restore",
    "skimage": "train",
    "sqlalchemy": "store",
    "structlog": "store",
    "torch": "train",
    "uvicorn": "store",
}
"""Which extra of srq brings an optional package, by the name it is imported under."""

app = typer.Typer(cls=LazyGroup)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"srq {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def root(
    ctx: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Quantized super-resolution: train a small network, make it integers, run it anywhere."""
    if ctx.invoked_subcommand is None:
        print(ctx.get_help(), end="")


def main(arguments: list[str] | None = None) -> int:
    """Run ``srq`` with the arguments (the process's own if None); return the exit code."""
    # Imports make many objects that stay; the collector need not look through them so often.
    gc.set_threshold(50_000)
    with interrupted_by_sigterm() as terminated:
        code = _run(arguments)
    return TERMINATED if code == INTERRUPTED and terminated else code


def _run(arguments: list[str] | None) -> int:
    try:
        code = typer.main.get_command(app).main(
            args=arguments, prog_name="srq", standalone_mode=False
        )
        sys.stdout.flush()
    except SrqError as error:
        return _say(str(error), USER_MISTAKE)
    except typer.TyperException as error:
        return _say(_usage_sentence(error), USER_MISTAKE)
    except (KeyboardInterrupt, typer.Abort):
        return _say("Interrupted.", INTERRUPTED)
    except BrokenPipeError:
        return _reader_left()
    except SystemExit as leaving:
        # typer exits by itself when it meets a closed pipe, and after shell completion.
        if isinstance(leaving.__context__, BrokenPipeError):
            return _reader_left()
        raise
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in EXTRA_OF:
            return _report_defect()
        hint = f"pip install 'srq[{EXTRA_OF[package]}]'"
        return _say(f"This needs {package}, which is not installed: {hint}.", USER_MISTAKE)
    except OSError as error:
        if error.filename is None:
            return _report_defect()
        return _say(str(storage_error("use", error.filename, error)), USER_MISTAKE)
    except Exception:
        return _report_defect()
    if code == INTERRUPTED:
        return _say("Interrupted.", INTERRUPTED)
    return code if type(code) is int else 0


def _say(sentence: str, code: int) -> int:
    if sentence:
        print(sentence, file=sys.stderr)
    return code


def _reader_left() -> int:
    # What is still buffered would fail again as Python closes its streams.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return BROKEN_PIPE


def _usage_sentence(error: typer.TyperException) -> str:
    message = " ".join(error.format_message().split())
    if message and message[-1] not in ".?!)":
        message += "."
    ctx = getattr(error, "ctx", None)
    if not message or ctx is None:
        return message
    return f"{ctx.command_path}: {message} Try '{ctx.command_path} --help'."


def _report_defect() -> int:
    traceback.print_exc()
    return _say("This is a defect of srq: please report it with the lines above.", DEFECT)
