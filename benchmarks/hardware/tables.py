"""The tables of docs/results/hardware.md, from benchmarks/results/hardware."""

from typing import Any

from benchmarks import harness

RESULTS = harness.RESULTS / "hardware"
FRAMES = RESULTS / "frames.json"
COUNTED = RESULTS / "counted.json"
ROUTED = RESULTS / "routed.json"
FLOORPLAN = RESULTS / "floorplan.json"
STREAMS = "streams"
"""The row of all that is no layer."""


def tables() -> dict[str, str]:
    """Markdown by the table's name: ``total``, and ``layers PROGRAM-DATAPATH-TARGET`` for each."""
    found = {path.stem: harness.read_result(path) for path in sorted(RESULTS.glob("*-*-*.json"))}
    made = {"total": _total(list(found.values())), "aims": _aims(list(found.values()))}
    if FRAMES.exists():
        made["frames"] = _frames(harness.read_result(FRAMES)["frames"])
    if COUNTED.exists():
        made["counted"] = _counted(harness.read_result(COUNTED)["rows"])
    if ROUTED.exists():
        made["routed"] = _routed(harness.read_result(ROUTED)["rows"])
    made |= {f"layers {name}": _layers(result) for name, result in found.items()}
    return made


def _frames(rows: list[dict[str, Any]]) -> str:
    lines = [
        "| Program | datapath | pixels a clock | pixels compared | differ |"
        " clocks to the first beat | said | clocks of the frame | said | allowed |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| `{row['program']}` | {row['datapath']} | {row['pixels_per_clock']} |"
        f" {row['pixels']:,} | {row['differing']} | {row['first']:,} | {row['first_said']:,} |"
        f" {row['clocks']:,} | {row['clocks_said']:,} | {row['clocks_allowed']:,} |"
        for row in rows
    ]
    return "\n".join(lines)


def _counted(rows: list[dict[str, Any]]) -> str:
    lines = [
        "| Program | datapath | adders | their bits | bits of registers | multipliers |"
        " adders in a stage | clocks to the first pixels |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| `{row['program']}` | {row['form']} | {row['adders']:,} | {row['bits']:,} |"
        f" {row['registers']:,} | {row['multipliers']:,} | {row['stage_depth']} |"
        f" {row['latency']:,} |"
        for row in rows
    ]
    return "\n".join(lines)


def _aims(results: list[dict[str, Any]]) -> str:
    """What was set beforehand beside what is found."""
    lines = ["| Program | what | at most | found | by |", "|---|---|---:|---:|---|"]
    found = {
        (each["program"], bool(each["choices"]["plain"])): sum(
            row["yosys"]["lut"] for row in each["layers"]
        )
        for each in results
        if (each["choices"]["datapath"], each["choices"]["target"]) == ("constant", "xilinx")
    }
    counted = {(row["program"], row["form"]): row for row in harness.read_result(COUNTED)["rows"]}
    for program, (plain, ternary, line_bits, multipliers) in _AIMS.items():
        for operands, most in (("two", plain), ("three", ternary)):
            luts = found.get((program, operands == "two"))
            text = "not measured" if luts is None else f"{luts:,}"
            lines.append(f"| `{program}` | LUT, adders of {operands} | {most:,} | {text} | Yosys |")
        row = counted[program, "constant, adders of three"]
        held = f"{row['line_bits']:,}, and {row['delay_bits']:,} in FIFOs"
        lines.append(f"| `{program}` | bits of line memory | {line_bits:,} | {held} | counted |")
        dsp = counted[program, "dsp"]["multipliers"]
        lines.append(f"| `{program}` | DSP slices of `dsp` | {multipliers:,} | {dsp:,} | counted |")
    return "\n".join(lines)


_AIMS = {
    "kim-x2-fpga": (60_000, 42_000, 1_910_000, 1920),
    "kim-x2-8bit-fpga": (36_000, 25_000, 1_540_000, 1280),
}
"""Of each Program: LUT with adders of two, of three operands, bits of line memory, DSP slices."""


def _routed(rows: list[dict[str, Any]]) -> str:
    lines = [
        "| Program | placed by | a wire reaches at most | clock asked for, MHz |"
        " clock reached, MHz | its path: logic, ns | routing, ns |"
        " LUT4 and carry | FF | block RAM | seed |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        used = {
            kind: "{:,} of {:,}".format(*row["used"][cell])
            for kind, cell in (("lut", "TRELLIS_COMB"), ("ff", "TRELLIS_FF"), ("ram", "DP16KD"))
        }
        lines.append(
            f"| `{row['program']}` | {'length' if row['by_length'] else 'timing'} |"
            f" {row['fanout'] or 'as it is'} | {row['asked']:g} |"
            f" {row['mhz']:.1f} | {row['logic']:.2f} | {row['routing']:.2f} |"
            f" {used['lut']} | {used['ff']} | {used['ram']} |"
            f" {row['seed']} |"
        )
    return "\n".join(lines)


def _total(results: list[dict[str, Any]]) -> str:
    lines = [
        "| Program | datapath | device | counted: bits of adders | Yosys: LUT | FF | DSP | BRAM |",
        "|---|---|---|---:|---:|---:|---:|---:|",
    ]
    for result in results:
        rows, choices = result["layers"], result["choices"]
        sums = {key: sum(row["yosys"][key] for row in rows) for key in ("lut", "ff", "dsp", "bram")}
        bits = sum(row["counted"]["bits"] for row in rows)
        lines.append(
            f"| `{result['program']}` | {_datapath(choices)} | {_device(choices['target'])} |"
            f" {bits:,} | {sums['lut']:,} | {sums['ff']:,} | {sums['dsp']} | {sums['bram']:g} |"
        )
    return "\n".join(lines)


def _layers(result: dict[str, Any]) -> str:
    lines = [
        "| layer | counted: adders | their bits | adders in a stage | stages |"
        " Yosys: LUT | of these shift registers | FF | DSP | BRAM |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in result["layers"]:
        counted, found = row["counted"], row["yosys"]
        if row["layer"] == STREAMS:
            first = "| all but the layers | | | | "
        else:
            first = (
                f"| `{row['layer']}` | {counted['adders']} | {counted['bits']:,} |"
                f" {counted['stage_depth']} | {row['latency']} "
            )
        lines.append(
            f"{first}| {found['lut']:,} | {found['srl']} | {found['ff']:,} | {found['dsp']} |"
            f" {found['bram']:g} |"
        )
    return "\n".join(lines)


def _datapath(choices: dict[str, Any]) -> str:
    """Its name, and of which adders it is where a device has both."""
    if choices["datapath"] != "constant" or choices["target"] != "xilinx":
        return choices["datapath"]
    return f"constant, adders of {'two' if choices.get('plain') else 'three'}"


def _device(target: str) -> str:
    return {"xilinx": "UltraScale+", "ecp5": "ECP5"}.get(target, target)
