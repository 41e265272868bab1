"""Do the checks of the RTL notice a mistake in its generator?

    python -m benchmarks.studies.generator_mutations 100

In each trial one operator, comparison, constant or piece of text of the Python in srq/export/rtl
or srq/adders is altered, the cores of ``rtl_mutations`` are exported by it, and each is judged as
there. A trial is *caught* if an export fails or a simulation does not print "equal", *linted* if
`make lint` alone complains. One that survives with the same files as before is *without effect* on
these cores; it is counted and another is drawn, since it was never written out. Of the others the
tests of both rooms judge once more: *tested* if they fail. What they pass is *proved* where each
layer without multipliers still is its matrix for all inputs, and takes other adders: the core is
right, and larger or smaller. What is left is *equal*. Those are listed, with the line.
"""

import ast
import copy
import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks import harness
from benchmarks.studies.rtl_mutations import (
    CORES,
    DEAD,
    EDITS,
    GENERATOR,
    exported,
    limited,
    outcome,
)
from srq.provenance import Provenance

ROOT = Path(__file__).parents[2]

MODULES = {
    "srq/export/rtl": (
        *("core", "loading", "network", "ports", "processes", "shape", "video", "weights"),
        *("datapath/__init__", "datapath/constant", "datapath/dsp", "datapath/folded"),
        *("datapath/layer", "datapath/loaded", "datapath/pipeline", "datapath/verilog"),
    ),
    "srq/adders": ("digits", "fusion", "graph", "making", "matrix", "sharing", "trees", "values"),
}
"""What decides what the core does; not what only reports, nor what the benches are made of."""

ARITHMETIC = ("srq.adders.", "srq.export.rtl.datapath.")
"""Where an edit touches nothing but layers, so that a proof of these is one of the core."""

TESTS = ("tests/adders", "tests/export/rtl", "-k", "not zoos_programs and not readme")
"""The tests of both rooms, without those that take minutes."""

SECONDS = 300
"""Of processor time that an export, or the tests, may take."""

_OPERATORS: dict[type, type] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
}


def edits(tree: ast.Module) -> Iterator[tuple[int, Callable[[ast.Module], None]]]:
    """Every edit of a module: the place of the node in ``ast.walk``, and what does it to a copy."""
    skipped = _unread(tree)
    for place, node in enumerate(ast.walk(tree)):
        if node in skipped:
            continue
        for change in _changes(node):
            yield (
                place,
                lambda copied, place=place, change=change: change(list(ast.walk(copied))[place]),
            )


def _unread(tree: ast.Module) -> set[ast.AST]:
    """Docstrings, annotations and what errors say."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        parts: list[ast.AST | None] = []
        if (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)) or isinstance(
            node, ast.Raise | ast.ImportFrom
        ):
            parts = [node]
        elif isinstance(node, ast.AnnAssign | ast.arg):
            parts = [node.annotation]
        elif isinstance(node, ast.FunctionDef):
            parts = [node.returns, *node.decorator_list]
        for part in parts:
            found |= set(ast.walk(part)) if part else set()
    return found


def _changes(node: ast.AST) -> Iterator[Callable[[Any], None]]:
    if isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in _OPERATORS:
        yield lambda n: setattr(n, "op", _OPERATORS[type(n.op)]())
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _OPERATORS:
        yield lambda n: n.ops.__setitem__(0, _OPERATORS[type(n.ops[0])]())
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield lambda n: setattr(n, "value", not n.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield lambda n: setattr(n, "value", n.value + 1)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from _in_text(node.value)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        other = {"min": "max", "max": "min"}.get(node.func.id)
        if other:
            yield lambda n: setattr(n.func, "id", other)
    if isinstance(node, ast.IfExp):
        yield _swap


def _swap(node: ast.IfExp) -> None:
    node.body, node.orelse = node.orelse, node.body


def _in_text(text: str) -> Iterator[Callable[[Any], None]]:
    for pattern, into in EDITS:
        for found in pattern.finditer(text):
            new = into(found) if callable(into) else into
            made = text[: found.start()] + new + text[found.end() :]
            yield lambda n, made=made: setattr(n, "value", made)


class Judge:
    """Exports by an altered generator, and says what becomes of it."""

    def __init__(self, folder: Path, before: dict[str, Path]) -> None:
        self._folder = folder
        self._before = {name: contents(path) for name, path in before.items()}

    def __call__(self, module: str, text: str) -> str:
        """``caught``, ``linted``, ``tested``, ``proved``, ``equal`` or ``without effect``."""
        file = self._folder / "altered.py"
        file.write_text(text)
        with tempfile.TemporaryDirectory(dir=self._folder) as name:
            out = Path(name)
            if self._run(module, file, "export", str(out)):
                return "caught"
            altered = [n for n in CORES if contents(out / n) != self._before[n]]
            if not altered:
                return "without effect"
            said = {outcome(out / n) for n in altered}
        if said <= {"equal", "linted"}:
            if said != {"equal"}:
                return "linted"
            if self._run(module, file, "test", *TESTS):
                return "tested"
            proved = module.startswith(ARITHMETIC) and not self._run(module, file, "prove")
            return "proved" if proved else "equal"
        return "caught"

    @staticmethod
    def _run(module: str, file: Path, *what: str) -> int:
        run = "import sys; from benchmarks.studies.mutant import main; sys.exit(main())"
        command = [sys.executable, "-c", run, module, str(file), *what]
        return limited(command, SECONDS).returncode


def contents(folder: Path) -> dict[str, str]:
    """What a core is made of: without what its simulation does not see, benches and README."""
    return {
        path.name: DEAD.sub("", path.read_text())
        for path in folder.glob("*.sv")
        if path.name not in ("testbench.sv", "loading.sv")
    }


def trial(judge: Judge, rng: random.Random) -> dict[str, Any]:
    """An edit that has an effect on what is exported; ``idle`` says how many were drawn before."""
    files = [f"{room}/{name}" for room, names in MODULES.items() for name in names]
    for idle in count():
        name = rng.choice(files)
        path = ROOT / f"{name}.py"
        tree = ast.parse(path.read_text())
        place, change = rng.choice(list(edits(tree)))
        copied = copy.deepcopy(tree)
        change(copied)
        text = ast.unparse(copied)
        dotted = name.removesuffix("/__init__").replace("/", ".")
        said = judge(dotted, text)
        if said == "without effect":
            continue
        was, is_ = (list(ast.walk(each))[place] for each in (tree, copied))
        return {
            "file": f"{name}.py",
            "line": getattr(was, "lineno", 0),
            "was": re.sub(r"\s+", " ", ast.unparse(was))[:200],
            "is": re.sub(r"\s+", " ", ast.unparse(is_))[:200],
            "idle": idle,
            "outcome": said,
        }
    raise AssertionError


def main() -> None:
    """The command."""
    options = harness.parser(__doc__)
    options.add_argument("trials", type=int, nargs="?", default=100)
    options.add_argument("--seed", type=int, default=3)
    chosen = options.parse_args()
    rng = random.Random(chosen.seed)
    trials: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="srq-mutants-") as name:
        judge = Judge(Path(name), exported(Path(name)))
        for number in range(chosen.trials):
            trials.append(trial(judge, rng))
            print(number, trials[-1], flush=True)
            record = {
                "made": Provenance.now().to_json(),
                "seed": chosen.seed,
                "outcomes": dict(Counter(each["outcome"] for each in trials)),
                "without_effect": sum(each["idle"] for each in trials),
                "others": [each for each in trials if each["outcome"] != "caught"],
            }
            harness.write_result(GENERATOR, record)


if __name__ == "__main__":
    main()
