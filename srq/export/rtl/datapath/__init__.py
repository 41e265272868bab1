"""Datapaths: one layer's arithmetic as a SystemVerilog module, a pipeline with a clock enable.

A datapath is told apart by how it multiplies. Every one takes a ``Layer``, which is a convolution
with all that is added to its sum, and gives a ``Module`` whose text, latency and cost it states
itself::

    layer = processes_of(program)[0].layer
    made = module(layer, "head_sum", Choices(target="xilinx"))
    made.text, made.latency, made.cells
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from srq.export.rtl.datapath.layer import Layer, Port, width_of
from srq.export.rtl.datapath.module import Cost, Module

if TYPE_CHECKING:
    from srq.export.rtl.datapath.constant import ConstantPlan

DATAPATHS = ("constant", "dsp", "folded")
TARGETS = ("xilinx", "ecp5", "generic")

__all__ = [
    "DATAPATHS",
    "TARGETS",
    "Choices",
    "Cost",
    "Layer",
    "Module",
    "Port",
    "module",
    "plan_of",
    "width_of",
]


@dataclass(frozen=True)
class Choices:
    """How layers are made.

    datapath: one of DATAPATHS.
    target:   one of TARGETS: ``xilinx`` is UltraScale and UltraScale+.
    every:    levels of adders between registers; 0 for what suits the target.
    ternary:  adders of three operands; None for what suits the target.
    fold:     clocks a pixel; 1 but for the datapath ``folded``.
    loadable: of the datapath ``dsp``: weights come from outside.
    """

    datapath: str = "constant"
    target: str = "generic"
    every: int = 0
    ternary: bool | None = None
    fold: int = 1
    loadable: bool = False

    @property
    def levels(self) -> int:
        """The levels of adders between registers."""
        return self.every or 1

    @property
    def has_ternary(self) -> bool:
        """Whether adders take three operands."""
        return self.target == "xilinx" if self.ternary is None else self.ternary


def module(layer: Layer, name: str, choices: Choices | None = None) -> Module:
    """The module ``name`` that computes ``layer``."""
    choices = choices or Choices()
    if choices.datapath == "constant":
        return replace(plan_of(layer, choices).module(name), free=True)
    if choices.datapath == "folded":
        from srq.export.rtl.datapath.folded import folded_module

        return folded_module(
            layer, name, fold=choices.fold, every=choices.levels, ternary=choices.has_ternary
        )
    if choices.loadable:
        from srq.export.rtl.datapath.loaded import loaded_module

        return loaded_module(layer, name)
    from srq.export.rtl.datapath.dsp import dsp_module

    return dsp_module(layer, name, every=choices.levels, ternary=choices.has_ternary)


def plan_of(layer: Layer, choices: Choices) -> "ConstantPlan":
    """What ``module`` writes out, for the datapath ``constant``."""
    from srq.export.rtl.datapath.constant import constant_plan

    return constant_plan(layer, every=choices.levels, ternary=choices.has_ternary)
