"""From a float network to a quantized twin: ``fit`` needs no training, ``quantize`` does all."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from torch import nn

from srq.errors import ConfigError
from srq.files import sha256_file
from srq.quant.bounds import Narrowing, fits, narrow
from srq.quant.calibration import Calibration, calibration_set
from srq.quant.compensate import compensate
from srq.quant.config import CONFIGS, load_config
from srq.quant.cut import Cut, cut_digits
from srq.quant.equalize import equalize
from srq.quant.finetune import Measure, finetune
from srq.quant.formats import choose_formats
from srq.quant.report import tensor_reports
from srq.quant.search import PsnrDrop, Search, search_formats
from srq.quant.training_data import TrainingData, training_data
from srq.quant.twin import Twin
from srq.quant.widths import Widths, narrow_activations
from srq.runs.progress import Watcher
from srq.train.config import TrainConfig
from srq.train.weights import find_weights
from srq.zoo import resolve

_FITTED_CROPS = 16
"""How many crops channels are equalized and weights rounded on: more change nothing."""

ADDERS_LOSS = 0.005
"""How many dB cutting digits may lose on training pictures, unless told otherwise."""


def fit(twin: Twin, calibration: Calibration, *, search: bool = False) -> Search:
    """Make a fresh ``twin`` lose little: equalize its channels, choose its formats by the data,
    round its weights together, then move the activations' formats wherever that loses less.

    With ``search``, all formats are moved so before the weights are rounded as well. Where a sum
    could overflow 32 bits, bits are taken until none can. Gives the loss as it was with the
    chosen formats, and in the end.
    """
    photographs = calibration.photographs
    equalize(twin, photographs[:_FITTED_CROPS])
    drop = PsnrDrop(twin, calibration)
    choose_formats(twin, photographs)
    narrowed = [narrow(twin, drop)]
    first = search_formats(twin, drop, allowed=fits) if search else Search(drop(twin), 0, 1)
    compensate(twin, photographs[:_FITTED_CROPS])
    # Weights that make up for others' errors can be larger.
    narrowed.append(narrow(twin, drop))
    last = search_formats(twin, drop, tensors=twin.activations, allowed=fits)
    return Search(
        narrowed[0].before if narrowed[0] else first.before,
        last.after,
        first.measured + last.measured,
        tuple(found for found in narrowed if found),
    )


@dataclass(frozen=True, eq=False)
class Quantized:
    """What ``quantize`` made, and how.

    twin:        the quantized network; ``srq.lower`` makes the Program of it.
    network:     the float network that it was made of.
    calibration: the crops that its formats were chosen on.
    search:      the dB lost on them, before and after formats were moved (and before any
                 fine-tuning).
    narrowed:    the bits that were taken so that every sum fits 32 bits, and what they cost.
    widths:      what narrowing activations for hardware did; None if it was not asked for.
    cut:         what cutting digits of weights did; None if it was not asked for.
    method:      what was done, step by step.
    recipe:      the degradation of the crops.
    sources:     the training pictures that the crops are of; () if they were given.
    checkpoint:  name and SHA-256 of the float network's file; None if a network was given.
    """

    twin: Twin
    network: nn.Module
    calibration: Calibration
    search: Search
    narrowed: tuple[Narrowing, ...]
    widths: Widths | None
    cut: Cut | None
    method: tuple[str, ...]
    recipe: str
    sources: tuple[str, ...]
    checkpoint: tuple[str, str] | None

    @property
    def provenance(self) -> dict[str, str]:
        """What the Program is to say of itself, for ``lower``."""
        made_of = {"checkpoint": " ".join(self.checkpoint)} if self.checkpoint else {}
        return made_of | {"degradation": self.recipe, "quantization": "; ".join(self.method)}

    def report(self) -> dict[str, Any]:
        """What ``srq quantize`` writes of it: the network, widths, method, calibration, and
        every tensor's format, saturation and noise, as JSON values."""
        twin = self.twin
        per_channel = any(len(twin.conv(name).fixed.fracs) > 1 for name in twin.convs)
        checkpoint = dict(zip(("file", "sha256"), self.checkpoint or (), strict=False))
        return {
            "checkpoint": checkpoint or None,
            "bits": {
                "weights": twin.weight_bits,
                "activations": twin.activation_bits,
                "per_channel": per_channel,
            },
            "narrowed": [asdict(each) for each in self.narrowed],
            "widths": asdict(self.widths) if self.widths else None,
            "adders": asdict(self.cut) if self.cut else None,
            "method": list(self.method),
            "calibration": {"pictures": list(self.sources), "recipe": self.recipe},
            "tensors": [asdict(tensor) for tensor in tensor_reports(twin, self.calibration)],
        }


def quantize(
    network: nn.Module | str | Path,
    *,
    weights: int = 10,
    activations: int = 14,
    per_channel: bool = False,
    search: bool = False,
    adders: float | Literal["auto"] | None = None,
    adders_loss: float = ADDERS_LOSS,
    narrow_loss: float | None = None,
    calibration: Calibration | Sequence[str | Path] | None = None,
    qat: str | Path | TrainConfig | None = None,
    settings: Sequence[str] = (),
    folder: Path | None = None,
    measure: Measure | None = None,
    watcher: Watcher | None = None,
    workers: int = 1,
) -> Quantized:
    """A quantized twin of a float network, as ``srq quantize`` makes it.

    network:     any module that ``srq.models.capture`` can read (its docstring says what that
                 takes), in evaluation mode; a checkpoint, a training's run folder, or a name of
                 the zoo.
    weights:     bits of a weight, 2 to 16, sign included.
    activations: bits of an activation, 4 to 16.
    per_channel: whether each output channel's weights have a binary point of their own.
    search:      whether to search the binary points that lose least PSNR (a minute or two).
    adders:      cuts digits of weights, for hardware that adds instead of multiplying: what a
                 digit is worth in dB on training pictures, or "auto" for the highest price at
                 which at most ``adders_loss`` dB more are lost.
    narrow_loss: narrows activations while at most so many dB more are lost on training pictures,
                 those first that take the most line memory and adders; None leaves them.
    calibration: the crops that formats are chosen on, or training sets, folders or pictures to
                 cut them from; None takes the pictures of the checkpoint's training.
    qat:         trains the twin on with rounding in the loop: a configuration, its TOML file, or
                 "qat", which ships and has the float network as a teacher.
    settings:    KEY=VALUE changes to the file or the shipped configuration, such as "steps=500".
    folder:      where the fine-tuning keeps its log and states, and goes on from; None keeps none.
    measure:     gives the PSNR of a twin by set, for ``watcher``, during the fine-tuning.
    workers:     how many processes prepare the pictures of the fine-tuning (more than one needs
                 an importable main module).

    Choose formats on two folders of photographs, and write the Program::

        result = srq.quantize("kim-x2", weights=8, activations=9, calibration=["holiday", "pets"])
        program = srq.lower(result.twin, name="mine", provenance=result.provenance)
        srq.program.save(program, "mine.srq")

    Raises SrqError for the user's mistakes; DivergedError if the fine-tuning does not stay
    finite; KeyboardInterrupt, its state being saved, on Ctrl-C.
    """
    watcher = watcher or Watcher()
    source = _source(network)
    twin = Twin(
        source.network,
        weight_bits=weights,
        activation_bits=activations,
        per_channel=per_channel,
    )
    config = _config(qat, settings, source, twin)
    if adders is not None and adders != "auto" and not adders > 0:
        raise ConfigError(f"A digit's price must be more than 0 dB, not {adders:g}.")
    watcher.say("Searching the formats." if search else "Choosing formats.")
    if isinstance(calibration, Calibration):
        crops, sources = calibration, ()
    else:
        sources = tuple(str(place) for place in calibration or source.data.train)
        crops = calibration_set(sources, scale=twin.scale, recipe=source.data.recipe)
    # Before the weights are rounded: what is lost is lost against the float network.
    drop = PsnrDrop(twin, crops)
    fitted = fit(twin, crops, search=search)
    method = [
        "channels equalized",
        "weights rounded together",
        f"formats {'searched' if search else 'settled'} ({fitted.measured} measured)",
    ]
    narrowed = fitted.narrowed
    widths = cut = None
    watcher.say(f"Lost on training pictures: {fitted.after:.3f} dB ({fitted.before:.3f} at first).")
    if narrow_loss is not None:
        watcher.say("Narrowing activations.")
        widths = narrow_activations(twin, drop, narrow_loss)
        watcher.say(_sentence(widths))
        method.append(str(widths))
    if config is not None:
        finetune(
            twin,
            config,
            # A network that no file holds cannot be named in the configuration.
            teacher=source.network if qat in CONFIGS and source.path is None else None,
            folder=folder,
            watcher=watcher,
            measure=measure,
            workers=workers,
        )
        method.append(f"{config.steps} steps of training with rounding")
    if adders is not None:
        watcher.say("Cutting digits.")
        price = None if adders == "auto" else adders
        cut = cut_digits(twin, crops, drop, price=price, most=adders_loss)
        watcher.say(_sentence(cut))
        method.append(str(cut))
    if config is not None or cut is not None:
        late = narrow(twin, drop)
        narrowed += (late,) if late else ()
    for each in narrowed:
        watcher.say(_sentence(each))
        method.append(str(each))
    return Quantized(
        twin=twin,
        network=source.network,
        calibration=crops,
        search=fitted,
        narrowed=narrowed,
        widths=widths,
        cut=cut,
        method=tuple(method),
        recipe=source.data.recipe,
        sources=sources,
        checkpoint=source.checkpoint,
    )


def _sentence(done: object) -> str:
    """What was done, as a sentence."""
    text = str(done)
    return f"{text[0].upper()}{text[1:]}."


@dataclass(frozen=True, eq=False)
class _Source:
    """A float network, its training's data, what path names it, and its file's name and hash."""

    network: nn.Module
    data: TrainingData
    path: Path | None = None
    checkpoint: tuple[str, str] | None = None


def _source(network: nn.Module | str | Path) -> _Source:
    if not isinstance(network, str | Path):
        return _Source(network, TrainingData())
    path = resolve(network, "float")
    found = find_weights(path)
    return _Source(
        found.network(),
        training_data(found.notes),
        path,
        (found.file.name, sha256_file(found.file)),
    )


def _config(
    qat: str | Path | TrainConfig | None, settings: Sequence[str], source: _Source, twin: Twin
) -> TrainConfig | None:
    if settings and (qat is None or isinstance(qat, TrainConfig)):
        raise ConfigError(
            "Settings change a fine-tuning's configuration; name its file, or 'qat', with qat."
        )
    if qat is None or isinstance(qat, TrainConfig):
        return qat
    return load_config(qat, twin, source.data, teacher=source.path, assignments=settings)
