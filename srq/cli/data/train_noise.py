"""``srq data train-noise``: a network that learns noise from clean and noisy pictures."""

from pathlib import Path
from typing import Annotated

import typer

from srq.cli.output import JsonFile, Quiet, settings_option

app = typer.Typer()


@app.command("train-noise")
def train_noise(
    clean: Annotated[
        Path | None,
        typer.Argument(metavar="[CLEAN]", help="A folder of clean pictures.", show_default=False),
    ] = None,
    noisy: Annotated[
        Path | None,
        typer.Argument(
            metavar="[NOISY]",
            help="A folder of noisy ones; they may show other things.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="RUN", help="The run folder, new.", show_default=False),
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(
            "--resume", metavar="RUN", help="Go on with this training.", show_default=False
        ),
    ] = None,
    width: Annotated[
        int, typer.Option(min=4, max=256, help="Channels; 128 is the paper's, 16 is quick.")
    ] = 16,
    steps: Annotated[
        int | None,
        typer.Option(min=1, help="Steps to take.  [default: 100000]", show_default=False),
    ] = None,
    assignments: Annotated[
        list[str] | None, settings_option("Change a setting, e.g. patch=48.")
    ] = None,
    quiet: Quiet = False,
    json: JsonFile = None,
) -> None:
    """Train LUD-VAE on unpaired pictures; the log has the KL of each scale.

    A recipe uses RUN/model.safetensors as [[step]] kind = "learned", model = "PATH". Ctrl-C saves
    the state first.
    """
    from srq.cli.output import console, write_json
    from srq.errors import ConfigError
    from srq.runs.progress import Display, Watcher
    from srq.runs.schema import from_table, override
    from srq.train.noise import run
    from srq.train.noise.config import NoiseConfig

    screen = console(json)
    watcher = Watcher() if quiet else Display(screen)
    if resume is not None:
        if clean is not None or out is not None or assignments:
            raise ConfigError(
                "--resume takes its pictures and settings from the run; leave all but --steps away."
            )
        model = run.resume(resume, watcher, steps=steps)
    elif clean is None or noisy is None or out is None:
        raise ConfigError(
            "Name a folder of clean pictures, one of noisy ones, and a run folder with --out; or a "
            "run with --resume."
        )
    else:
        table: dict[str, object] = {"clean": str(clean), "noisy": str(noisy), "width": width}
        if steps is not None:
            table["steps"] = steps
        for assignment in assignments or []:
            override(NoiseConfig, table, assignment)
        model = run.start(from_table(NoiseConfig, table, "srq data train-noise"), out, watcher)
    screen.print(f"The model is {model}", markup=False, soft_wrap=True)
    write_json({"model": str(model)}, json)
