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

from srq.registry import Entry, Registry

COMMANDS = Registry(
    "command",
    {
        "train": Entry("srq.cli.train:app", "Train a network, or go on with a training."),
        "quantize": Entry(
            "srq.cli.quantize:app", "Turn a float network into a program of integers."
        ),
        "upscale": Entry(
            "srq.cli.upscale:app", "Make pictures, folders of pictures and videos larger."
        ),
        "restore": Entry("srq.cli.restore:app", "Restore old photographs."),
        "merge": Entry(
            "srq.cli.merge:app", "Check, and join, what shards of srq upscale have made."
        ),
        "evaluate": Entry("srq.cli.evaluate:app", "Measure models on test sets, beside bicubic."),
        "export": Entry(
            "srq.cli.export:app", "Write a program out: ONNX, C, HLS, a shader, vectors."
        ),
        "verify": Entry(
            "srq.cli.verify:app", "Prove that all engines and exports agree, bit for bit."
        ),
        "info": Entry("srq.cli.info:app", "Show a program: ops, formats, proof, graph, cost."),
        "cost": Entry("srq.cli.cost:app", "Count what a program takes in hardware."),
        "data": Entry("srq.cli.data:app", "Make and fetch training pictures."),
        "store": Entry(
            "srq.cli.store:app", "Keep pictures in fewer bytes, and know what was lost."
        ),
    },
)
