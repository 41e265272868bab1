"""Measure any engine on the field's test sets, and write tables and figures of it."""

from srq.callable_package import make_callable
from srq.evaluate.choose import Model
from srq.evaluate.engine import About, Bicubic, Engine
from srq.evaluate.measure import evaluate
from srq.evaluate.result import Evaluation
from srq.evaluate.suite import Suite

__all__ = ["About", "Bicubic", "Engine", "Evaluation", "Model", "Suite", "evaluate"]

make_callable(__name__)
