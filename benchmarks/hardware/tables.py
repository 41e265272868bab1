"""The tables of docs/results/hardware.md, from benchmarks/results/hardware."""

from typing import Any

from benchmarks import harness

RESULTS = harness.RESULTS / "hardware"
FRAMES = RESULTS / "frames.json"
COUNTED = RESULTS / "counted.json"
STREAMS = "streams"
"""The row of all that is no layer."""


def tables() -> dict[str, str]:
    """Markdown by the table's name: ``total``, and ``layers PROGRAM-DATAPATH-TARGET`` for each."""
    found = {path.stem: harness.read_result(path) for path in sorted(RESULTS.glob("*-*-*.json"))}
    made = {"total": _total(list(found.values()))}
    if FRAMES.exists():
        made["frames"] = _frames(harness.read_result(FRAMES)["frames"])
    if COUNTED.exists():
        made["counted"] = _counted(harness.read_result(COUNTED)["rows"])
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


def _total(results: list[dict[str, Any]]) -> str:
    lines = [
        "| Program | datapath | device | counted: bits of adders | Yosys: LUT | FF | DSP | BRAM |"
        " rows |",
        "|---|---|---|---:|---:|---:|---:|---:|---|",
    ]
    for result in results:
        rows, choices = result["layers"], result["choices"]
        sums = {key: sum(row["yosys"][key] for row in rows) for key in ("lut", "ff", "dsp", "bram")}
        bits = sum(row["counted"]["bits"] for row in rows)
        # Earlier results were made layer by layer.
        whole = "all" if result.get("whole", True) else f"{len(rows)}, not all"
        lines.append(
            f"| `{result['program']}` | {_datapath(choices)} | {_device(choices['target'])} |"
            f" {bits:,} | {sums['lut']:,} | {sums['ff']:,} | {sums['dsp']} | {sums['bram']:g} |"
            f" {whole} |"
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
