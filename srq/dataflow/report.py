"""A Program's cost as plain JSON, for scripts."""

from fractions import Fraction
from typing import Any

from srq.dataflow.cost import Cost


def cost_report(cost: Cost) -> dict[str, Any]:
    """A Program's cost as JSON-able dicts and lists; latencies in lines and pixels are numbers."""
    return {
        "width": cost.width,
        "macs_per_lr_pixel": cost.macs,
        "multipliers": [
            {"activation_bits": activation, "weight_bits": weight, "count": count}
            for (activation, weight), count in cost.multipliers.items()
        ],
        "weight_memory_bits": cost.weight_bits,
        "line_memory_bits": cost.line_bits,
        "delay_memory_bits": cost.delay_bits,
        "latency": {
            "lines": _number(cost.latency.lines),
            "pixels": _number(cost.latency.pixels),
            "clocks": _number(cost.latency.clocks(cost.width)),
        },
        "receptive_field": {"rows": cost.reach.rows, "columns": cost.reach.columns},
        "ops": [
            {
                "name": op.name,
                "kind": op.kind,
                "macs_per_lr_pixel": op.macs,
                "multiplier_bits": list(op.multiplier) if op.multiplier else None,
                "weight_memory_bits": op.weight_bits,
                "line_memory_bits": op.line_bits,
                "delay_memory_bits": op.delay_bits,
                "latency": {
                    "lines": _number(op.latency.lines),
                    "pixels": _number(op.latency.pixels),
                },
            }
            for op in cost.ops
        ],
    }


def _number(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)
