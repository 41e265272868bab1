"""``srq train``: train a network as a configuration says, or go on with a training."""

from pathlib import Path
from typing import Annotated

import typer

from srq.cli.output import JsonFile, Quiet, console, settings_option, write_json

app = typer.Typer()


@app.command("train")
def train(
    config: Annotated[
        str | None,
        typer.Argument(
            metavar="[CONFIG]",
            help="A TOML file, or the name of a shipped configuration such as kim-x2.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="RUN",
            help="The run folder, new.  [default: runs/CONFIG]",
            show_default=False,
        ),
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(
            "--resume",
            metavar="RUN",
            help="Go on with the training in this run folder.",
            show_default=False,
        ),
    ] = None,
    assignments: Annotated[
        list[str] | None,
        settings_option("Change a setting, e.g. optim.lr=0.001."),
    ] = None,
    quiet: Quiet = False,
    json: JsonFile = None,
) -> None:
    """Train a network as CONFIG says, or go on with a training that was stopped.

    The run folder receives the configuration, the log, TensorBoard events, curves, pictures,
    states to resume from and, at the end, model.safetensors. Ctrl-C saves the state first.
    """
    from srq.errors import ConfigError
    from srq.provenance import cores
    from srq.runs.progress import Display, Watcher
    from srq.train import run
    from srq.train.config import TrainConfig

    screen = console(json)
    watcher = Watcher() if quiet else Display(screen)
    if resume is not None:
        if config is not None or out is not None:
            raise ConfigError(
                "--resume takes its configuration and folder from the run; "
                "leave CONFIG and --out away."
            )
        result = run.resume(resume, watcher, steps=_steps(assignments or []), workers=cores())
    elif config is not None:
        loaded = TrainConfig.load(config, assignments or [])
        result = run.start(
            loaded, out or Path("runs") / Path(config).stem, watcher, workers=cores()
        )
    else:
        raise ConfigError(
            f"Name a configuration ({', '.join(TrainConfig.names())}, or a TOML file), "
            "or a run folder with --resume."
        )
    if result is None:
        return
    if not quiet:
        scores = ", ".join(f"{name} {score:.2f} dB" for name, score in result.scores.items())
        screen.print(f"{result.checkpoint}: {scores}", markup=False, soft_wrap=True)
    write_json(
        {"checkpoint": str(result.checkpoint), "steps": result.steps, "psnr": result.scores}, json
    )


def _steps(assignments: list[str]) -> int | None:
    """The steps that a resumed training is to have: the one setting that may change."""
    from srq.errors import ConfigError

    steps = None
    for assignment in assignments:
        key, _, value = assignment.partition("=")
        if key.strip() != "steps" or not value.strip().isdecimal():
            raise ConfigError(
                f"--set {assignment}: a resumed training keeps its settings, only steps=NUMBER may "
                "rise; start a new one to change more."
            )
        steps = int(value)
    return steps
