"""Which Programs of the zoo the tests of every form go over."""

from srq.zoo import names
from srq.zoo.networks import NETWORKS

SMALL = tuple(name for name in names("program") if NETWORKS[name].quality == "fast")
"""Those of a few thousand weights. The larger ones have the same ops and take many times as long:
``benchmarks.studies.verified`` compares them, and a test holds its result to the Programs."""
