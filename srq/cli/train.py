"""``srq train``: train a network as a configuration says, or go on with a training."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from srq.cli.output import JsonFile, Quiet, console, settings_option, write_json

if TYPE_CHECKING:
    from srq.runs.progress import Watcher

app = typer.Typer()


@app.command("train")
def train(
    config: Annotated[
        str | None,
        typer.Argument(
            metavar="[CONFIG]",
            help="A TOML file, or the name of a shipped configuration such as kim-x2 or restore.",
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
    real: Annotated[
        Path | None,
        typer.Option(
            "--real",
            metavar="FOLDER",
            help="For restore: a folder of real old photographs.",
            show_default=False,
        ),
    ] = None,
    quiet: Quiet = False,
    json: JsonFile = None,
) -> None:
    """Train a network as CONFIG says, or go on with a training that was stopped.

    The run folder receives the configuration, the log, TensorBoard events, curves, pictures,
    states to resume from and, at the end, model.safetensors. Ctrl-C saves the state first.
    The configuration restore trains the networks of old photographs, each stage in a folder of its
    own.
    """
    from srq.errors import ConfigError
    from srq.provenance import cores
    from srq.runs.progress import Display, Watcher
    from srq.train import run
    from srq.train.config import TrainConfig

    screen = console(json)
    watcher = Watcher() if quiet else Display(screen)
    if _restores(config, resume):
        _train_restoration(config, out, resume, assignments or [], real, watcher, json)
        return
    if real is not None:
        raise ConfigError("--real goes with the configuration restore; leave it away.")
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
            f"Name a configuration ({', '.join(TrainConfig.names())}, restore, or a TOML file), "
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


def _restores(config: str | None, resume: Path | None) -> bool:
    """Whether a configuration, or that of a run folder, is one of restoration."""
    from srq.restore.training.config import NAME, is_restoration

    if resume is not None:
        return is_restoration(resume / "config.toml")
    return config is not None and (config == NAME or is_restoration(Path(config)))


def _train_restoration(
    config: str | None,
    out: Path | None,
    resume: Path | None,
    assignments: list[str],
    real: Path | None,
    watcher: "Watcher",
    json: Path | None,
) -> None:
    from srq.errors import ConfigError
    from srq.restore.training import run
    from srq.restore.training.config import RestoreConfig

    if resume is not None:
        if config is not None or out is not None or real is not None:
            raise ConfigError(
                "--resume takes its configuration, folder and old photographs from the run; "
                "leave CONFIG, --out and --real away."
            )
        results = run.resume(resume, watcher, assignments)
    else:
        assert config is not None
        chosen = [*assignments, f"data.real={real}"] if real is not None else assignments
        loaded = RestoreConfig.load(config, chosen)
        results = run.start(loaded, out or Path("runs") / Path(config).stem, watcher)
    if results is None:
        return
    for name, result in results.items():
        figures = ", ".join(f"{key} {score:.4g}" for key, score in result.scores.items())
        watcher.say(f"{name}: {result.weights}: {figures}")
    write_json(
        {
            name: {"weights": str(r.weights), "steps": r.steps, "scores": r.scores}
            for name, r in results.items()
        },
        json,
    )
