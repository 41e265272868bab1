"""``srq data fit-noise``: a model of the noise in noisy pictures."""

from pathlib import Path
from typing import Annotated

import typer

from srq.cli.output import JsonFile

app = typer.Typer()


@app.command("fit-noise")
def fit_noise(
    noisy: Annotated[
        Path,
        typer.Argument(
            metavar="NOISY",
            help="A folder of noisy pictures. If it holds folders, each is one source, such as a "
            "camera at one ISO; if not, each picture is.",
        ),
    ],
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="The model's file, ending in .safetensors.")
    ],
    json: JsonFile = None,
) -> None:
    """Fit a noise model to flat parts of noisy pictures; no clean pictures are needed.

    A recipe uses it as [[step]] kind = "fitted", model = "OUT".
    """
    from srq.cli.output import console, write_json
    from srq.datasets.noisy import noisy_sources
    from srq.degrade.noise_model.fit import fit_noise
    from srq.errors import ConfigError

    if out.suffix != ".safetensors":
        raise ConfigError(f"The model's file must end in .safetensors, unlike {out}.")
    screen = console(json)
    model = fit_noise(noisy_sources(noisy))
    model.save(out)
    names = [source.name for source in model.sources]
    count = "1 source" if len(names) == 1 else f"{len(names)} sources"
    screen.print(
        f"{out} holds the noise of {count}: {', '.join(names)}", markup=False, soft_wrap=True
    )
    write_json({"model": str(out), "sources": names, "sha256": model.fingerprint}, json)
