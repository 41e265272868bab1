"""The explicit list of commands, read without importing any of them.

How a command joins:

1. Write ``srq/cli/NAME.py`` with a module-level ``app``. For one command::

       app = typer.Typer()

       @app.command("train")
       def train(config: Annotated[Path, typer.Argument(help="...")]) -> None:
           '''Train a network as CONFIG says.'''
           from srq.train.run import start  # heavy imports stand inside the command

   For a group of commands, name the app: ``app = typer.Typer(name="data", help="...")``.
2. Add one line to ``COMMANDS`` below. Its ``help`` is what ``srq --help`` shows.
3. Run ``python -m scripts.tools.cli_reference`` to bring ``docs/reference/cli.md`` up to date; a
   test compares it.

What a command may rely on: the user's mistakes are raised as ``SrqError`` and become one
sentence and exit code 2; ``raise typer.Exit(1)`` means that a check found a difference;
a missing optional package becomes a sentence that names the extra to install; Ctrl-C ends
with 130. Options for machine-readable output are in ``srq.cli.output``.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """One line of ``srq --help``: its name, the module whose ``app`` provides it, its help."""

    name: str
    module: str
    help: str


COMMANDS: tuple[Command, ...] = (
    Command("train", "srq.cli.train", "Train a network, or go on with a training."),
    Command("quantize", "srq.cli.quantize", "Turn a float network into a program of integers."),
    Command("upscale", "srq.cli.upscale", "Make pictures, folders of pictures and videos larger."),
    Command("merge", "srq.cli.merge", "Check, and join, what shards of srq upscale have made."),
    Command("evaluate", "srq.cli.evaluate", "Measure models on test sets, beside bicubic."),
    Command("export", "srq.cli.export", "Write a program out: ONNX, C, HLS, a shader, vectors."),
    Command("verify", "srq.cli.verify", "Prove that all engines and exports agree, bit for bit."),
    Command("info", "srq.cli.info", "Show a program: ops, formats, proof, graph, cost."),
    Command("cost", "srq.cli.cost", "Count what a program takes in hardware."),
    Command("data", "srq.cli.data", "Make and fetch training pictures."),
)
