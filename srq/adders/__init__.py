"""Constant matrices as graphs of shifts and additions: what they compute, and what they take.

A convolution whose weights are constants needs no multiplier. Each weight is a sum of signed
powers of two, and sums that several outputs need are made once::

    matrix = matrix_of(conv.weight, conv.groups)          # (outputs, inputs)
    graph = graph_of(matrix, [(0, 255)] * matrix.shape[1], constants=halves)
    graph.evaluate(inputs)                                # the exact sums, for tests
    graph.bits, graph.depth                               # full adders; adders on the longest path
    graph.fused()                                         # the same with adders of three operands

Inputs are integers with known ranges, and the width of every sum is proved from them. What is
added to an output, such as the half that rounding needs, is an operand like any other.
"""

from srq.adders.digits import digit_counts, digits
from srq.adders.graph import Adder, AdderGraph, Term
from srq.adders.making import graph_of
from srq.adders.matrix import matrix_of

__all__ = ["Adder", "AdderGraph", "Term", "digit_counts", "digits", "graph_of", "matrix_of"]
