"""Networks by name: ``build("kim", scale=2)``. One file per network, one list in ``registry``."""

from srq.models.network import Network
from srq.models.registry import NETWORKS, build

__all__ = ["NETWORKS", "Network", "build"]
