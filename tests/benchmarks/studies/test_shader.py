"""The tables of docs/results/shader.md are those of their result file."""

import json
from pathlib import Path

from benchmarks.studies import shader
from srq.program import load
from srq.zoo import resolve
from tests.zoo_programs import SMALL

ROOT = Path(__file__).parents[3]
RECORD = json.loads((ROOT / "benchmarks" / "results" / "shader.json").read_text())


def test_the_costs_are_those_of_the_shaders_that_are_written_now():
    # A Program for FPGAs has other weights than the one that it was cut from, and no other ops.
    assert set(RECORD["programs"]) == {name for name in SMALL if not name.endswith("-fpga")}
    for name in RECORD["programs"]:
        cost = shader.weight(load(resolve(name, "program")))
        assert cost.items() <= RECORD["programs"][name].items()


def test_the_default_is_exact_wherever_players_keep_half_floats():
    rows = [row for program in RECORD["programs"].values() for row in program["rows"]]
    exact = [row for row in rows if row["textures"] == "half" and row["kept in"] != "rgba16"]
    assert {row["player"].split()[0] for row in exact} == {"OpenGL", "libplacebo", "ffmpeg", "mpv"}
    assert all(row["differ"] == 0 and row["pixels"] > 30_000 for row in exact)
