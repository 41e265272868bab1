"""A function of every item by the machines of a Ray cluster, with the results as they come."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from srq.errors import SrqError

Item = TypeVar("Item")
Result = TypeVar("Result")

LOCAL = "local"
"""The address that stands for a cluster of this machine alone, made for the work."""

_RETRIES = 3
"""How often a task is begun again after its node was lost."""

_AHEAD = 4
"""Tasks that wait for each core of the cluster."""


def map_over_ray(
    work: Callable[[Item], Result], items: Sequence[Item], address: str
) -> Iterator[tuple[Item, Result]]:
    """Each item with ``work(item)``, a task for each, in the order in which they end.

    ``address`` is "auto", HOST:PORT or ``LOCAL``. All machines need the same srq. A task may be
    begun more than once, so ``work`` must write nothing but whole files. Raises the SrqError that
    a work raises.
    """
    import ray

    ours = not ray.is_initialized()
    if ours:
        # A dashboard takes longer to start than many a task takes.
        where: dict[str, Any] = (
            {"include_dashboard": False} if address == LOCAL else {"address": address}
        )
        ray.init(log_to_driver=False, **where)
    try:
        task = ray.remote(num_cpus=1, max_retries=_RETRIES)(_call)
        function = ray.put(work)
        ahead = _AHEAD * max(1, int(ray.cluster_resources().get("CPU", 1)))
        waiting: dict[Any, Item] = {}
        for item in items:
            if len(waiting) >= ahead:
                yield _ended(waiting)
            waiting[task.remote(function, item)] = item
        while waiting:
            yield _ended(waiting)
    finally:
        if ours:
            ray.shutdown()


def _call(work: Callable[[Item], Result], item: Item) -> Result:
    return work(item)


def _ended(waiting: dict[Any, Item]) -> tuple[Item, Any]:
    import ray
    from ray.exceptions import RayTaskError

    (ready,), _ = ray.wait(list(waiting))
    item = waiting.pop(ready)
    try:
        return item, ray.get(ready)
    except RayTaskError as error:
        if isinstance(error.cause, SrqError):
            raise error.cause from None
        raise
