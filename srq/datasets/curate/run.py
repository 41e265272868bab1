"""Carries a curation recipe out, and goes on where an earlier run stopped."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from srq.datasets.curate import output
from srq.datasets.curate.choose import choose, rank
from srq.datasets.curate.duplicates import HASH, drop_duplicates
from srq.datasets.curate.kept import Kept
from srq.datasets.curate.measure import measure
from srq.datasets.curate.names import names_of
from srq.datasets.curate.recipe import CurationRecipe
from srq.datasets.curate.record import Done, Run
from srq.datasets.curate.report import write_report
from srq.datasets.curate.sizes import multiscale, tiles
from srq.datasets.curate.sources import Found, Rejected, check_folders, examine, walk
from srq.datasets.curate.stages import (
    WRITING,
    Archive,
    Cut,
    Duplicates,
    MetaInfo,
    Multiscale,
    Names,
    Score,
    Tiles,
    Validation,
)
from srq.datasets.curate.views import Source, View
from srq.errors import DataError
from srq.files import read_text, write_text
from srq.parallel.workers import map_in_processes

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many are done, and of how many."""

STATE = ".curate"
_VERSION = 1


@dataclass(frozen=True)
class Summary:
    """What a run did: pictures read, files rejected, pictures kept, and of these written now."""

    sources: int
    rejected: int
    kept: int
    written: int
    validation: int
    report: Path
    archive: Path | None


def curate(
    recipe: CurationRecipe,
    folder: Path,
    out: Path,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Summary:
    """Choose the best pictures below ``folder`` as ``recipe`` says, and write them to ``out``.

    What is written depends on the pictures and the recipe, not on ``jobs``, nor on how often a run
    was killed. A picture that cannot be used is rejected, with the reason in the report.
    Raises DataError if nothing is left, or ``out`` holds another recipe's or other pictures'
    results; ConfigError or MissingDependencyError for a scorer that is not there.
    """
    check_folders(folder, out)
    _claim(out, recipe)
    output.remove_leftovers(out)
    told = progress or (lambda phase, done, total: None)
    with Kept(out / STATE / "sources.jsonl") as facts, Kept(out / STATE / "scores.jsonl") as kept:
        sources, rejected = _sources(recipe, folder, out, facts, jobs, told)
        selection = _Selection(recipe, str(folder), kept, jobs, told, out / "stages")
        selection.carry_out([View.of(source) for source in sources])
    return _write(recipe, folder, out, selection, rejected, len(sources), jobs, told)


def _claim(out: Path, recipe: CurationRecipe) -> None:
    """Leave the recipe's fingerprint in ``out``, or see that it is the same."""
    path = out / STATE / "run.json"
    claim = {"version": _VERSION, "recipe": recipe.name, "fingerprint": recipe.fingerprint}
    if not path.exists():
        if out.is_dir() and any(entry.name != STATE for entry in out.iterdir()):
            raise DataError(f"{out} holds files that are not from here; choose another folder.")
        write_text(path, json.dumps(claim, indent=2) + "\n")
        return
    try:
        earlier = json.loads(read_text(path, "The state", DataError))
    except ValueError:
        raise DataError(f"{path} is damaged; choose another folder.") from None
    if earlier != claim:
        raise DataError(f"{out} was begun with another recipe or scorer; choose another folder.")


def _sources(
    recipe: CurationRecipe, folder: Path, out: Path, facts: Kept, jobs: int, told: Progress
) -> tuple[list[Source], list[Rejected]]:
    """The pictures below ``folder``, in order, and the files that are rejected."""
    found, rejected = walk(folder, out)
    names = " ".join(sorted(recipe.accept))
    keys = {one.path: f"{one.path} {one.stamp} {names}" for one in found}
    waiting = [one for one in found if facts.get(keys[one.path]) is None]
    done = len(found) - len(waiting)
    told("Reading", done, len(found))
    look = partial(_examine, folder, recipe.accept)
    for one, result in zip(waiting, map_in_processes(look, waiting, jobs), strict=True):
        facts.add({keys[one.path]: result})
        done += 1
        told("Reading", done, len(found))
    sources: list[Source] = []
    for one in found:
        fact = facts.get(keys[one.path])
        if "reason" in fact:
            rejected.append(Rejected(**fact))
        else:
            sources.append(Source(**fact))
    if not sources:
        raise DataError(f"{folder} holds no picture that can be used; {_why(rejected)}")
    return sources, sorted(rejected, key=lambda one: one.path)


def _examine(folder: Path, accept: Sequence[str], one: Found) -> dict[str, object]:
    return dict(vars(examine(folder, one.path, accept)))


def _why(rejected: Sequence[Rejected]) -> str:
    if not rejected:
        return "choose another folder."
    return f"{rejected[0].path!r}, for one: {rejected[0].reason}"


class _Selection:
    """The pictures that are left, with their scores, as one stage after another goes by."""

    def __init__(
        self,
        recipe: CurationRecipe,
        folder: str,
        kept: Kept,
        jobs: int,
        told: Progress,
        records: Path,
    ) -> None:
        self.views: list[View] = []
        self.scores: dict[str, list[float]] = {}
        self.done: list[Done] = []
        self._recipe = recipe
        self._folder = folder
        self._kept = kept
        self._jobs = jobs
        self._told = told
        self._records = records

    def carry_out(self, views: list[View]) -> None:
        """Carry out all stages up to the first that writes."""
        self.views = views
        for number, stage in enumerate(self._recipe.stages, 1):
            if isinstance(stage, WRITING):
                break
            done = self._stage(number, stage)
            done.write(self._records)
            self.done.append(done)
            if not self.views:
                raise DataError(
                    f"Stage {number} ({done.kind}) leaves no picture; see the reasons in "
                    f"{self._records}, and choose a wider limit."
                )

    def _stage(self, number: int, stage: object) -> Done:
        came, scores = list(self.views), {name: list(v) for name, v in self.scores.items()}
        gone: Mapping[int, str] = {}
        ranked: Sequence[View] = ()
        if isinstance(stage, Score):
            self.scores |= self._measured(stage.by)
            scores = self.scores
        elif isinstance(stage, Cut):
            folders = [view.source.folder for view in came]
            choice = choose(scores[stage.by], folders, stage, self._recipe.scorer(stage.by).better)
            gone, ranked = choice.reasons, [came[index] for index in choice.ranked]
        elif isinstance(stage, Duplicates):
            gone = self._repeated(stage)
        elif isinstance(stage, Multiscale):
            self.views = [view for one in came for view in multiscale(one, stage)]
            self.scores = {}
        elif isinstance(stage, Tiles):
            made = [list(tiles(one, stage)) for one in came]
            small = f"it is smaller than a tile of {stage.size}"
            self.views = [view for views in made for view in views]
            self.scores = {}
            went = [(one, small) for one, views in zip(came, made, strict=True) if not views]
            return Done(number, stage, came, self.views, went)
        if gone:
            stay = [index for index in range(len(came)) if index not in gone]
            self.views = [came[index] for index in stay]
            self.scores = {name: [v[index] for index in stay] for name, v in scores.items()}
        told = [(came[index], reason) for index, reason in sorted(gone.items())]
        assert isinstance(stage, Score | Cut | Duplicates | Multiscale)
        return Done(number, stage, came, self.views, told, scores, ranked)

    def _measured(self, names: Sequence[str]) -> dict[str, list[float]]:
        title = "Hashing" if names == (HASH,) else f"Scoring by {', '.join(names)}"
        return measure(
            self.views,
            names,
            folder=self._folder,
            recipe=self._recipe,
            kept=self._kept,
            jobs=self._jobs,
            progress=partial(self._told, title),
        )

    def _repeated(self, stage: Duplicates) -> dict[int, str]:
        hashes = [int(value) for value in self._measured((HASH,))[HASH]]
        order = list(range(len(hashes)))
        if stage.by:
            order = rank(self.scores[stage.by], self._recipe.scorer(stage.by).better)
        contents = [view.key for view in self.views]
        gone = drop_duplicates(hashes, contents, order, stage.distance)
        return {
            index: f"it repeats {self.views[other].label}"
            + (f" ({bits} of 64 bits differ)" if contents[index] != contents[other] else "")
            for index, (other, bits) in gone.items()
        }


def _write(
    recipe: CurationRecipe,
    folder: Path,
    out: Path,
    selection: _Selection,
    rejected: Sequence[Rejected],
    sources: int,
    jobs: int,
    told: Progress,
) -> Summary:
    """Write what was chosen, and the report."""
    stages = {type(stage): stage for stage in recipe.stages}
    names_stage = stages[Names]
    assert isinstance(names_stage, Names)
    order = list(range(len(selection.views)))
    if names_stage.by:
        order = rank(selection.scores[names_stage.by], recipe.scorer(names_stage.by).better)
    views = [selection.views[index] for index in order]
    named = dict(zip(names_of(views, names_stage), views, strict=True))
    _hold(out, folder, named)
    output.check_foreign(out / output.PICTURES, list(named))
    written = output.write_pictures(
        named,
        folder=str(folder),
        out=out / output.PICTURES,
        jobs=jobs,
        progress=partial(told, "Writing"),
    )
    files = [f"{output.PICTURES}/{name}" for name in named]
    chosen: list[View] = []
    validation = stages.get(Validation)
    if isinstance(validation, Validation):
        (cut,) = (d for d in selection.done if getattr(d.stage, "name", "") == validation.of)
        chosen = output.next_best(cut.ranked, cut.kept, validation)
        output.write_validation(chosen, validation, str(folder), out / output.VALIDATION)
        for part in ("hr", *(f"x{scale}" for scale in validation.scales)):
            files += [f"{output.VALIDATION}/{part}/{k:04d}.png" for k in range(len(chosen))]
    scores = {
        view.label: {name: values[index] for name, values in selection.scores.items()}
        for index, view in enumerate(selection.views)
    }
    output.write_origins(named, scores, out / "curation.jsonl")
    files.append("curation.jsonl")
    meta = stages.get(MetaInfo)
    if isinstance(meta, MetaInfo):
        output.write_meta_info(named, out / "meta_info.txt")
        files.append("meta_info.txt")
        for name in selection.scores if meta.scores else ():
            lines = [f"{file} {scores[view.label][name]!r}\n" for file, view in named.items()]
            write_text(out / f"{name}_score.txt", "".join(lines))
            files.append(f"{name}_score.txt")
    output.write_sums(out, files)
    run = Run(recipe.name, recipe.description, sources, rejected, selection.done, chosen)
    report = write_report(run, str(folder), out)
    archive = stages.get(Archive)
    packed = None
    if isinstance(archive, Archive):
        packed = output.pack(out, [*files, output.SUMS], recipe.name, archive.format)
    return Summary(sources, len(rejected), len(named), written, len(chosen), report, packed)


def _hold(out: Path, folder: Path, named: Mapping[str, View]) -> None:
    """See that the pictures that ``out`` has, or is about to get, are these."""
    chosen = [(name, view.key) for name, view in named.items()]
    digest = hashlib.sha256(repr(chosen).encode("utf-8", "surrogatepass")).hexdigest()
    path = out / STATE / "selection.json"
    earlier = json.loads(path.read_text(encoding="utf-8")) if path.exists() else digest
    if earlier != digest:
        raise DataError(
            f"Other pictures of {folder} would be kept now than those in {out}, since the folder "
            "changed; choose another folder for the results."
        )
    write_text(path, json.dumps(digest) + "\n")
