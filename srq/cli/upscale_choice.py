"""What a person and a report are told of the networks that the zoo has chosen."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from srq.upscaling.networks import Taken


def network_of(taken: Taken) -> dict[str, Any]:
    """What a report says of a network that was taken, and why if the zoo chose it."""
    reason = {} if taken.reason is None else {"reason": taken.reason}
    return {"model": taken.model, "fingerprint": taken.engine.program.fingerprint, **reason}


def choice_line(taken: Taken) -> str:
    """Which network the zoo chose, and why."""
    return f"Network {taken.model}, chosen for {taken.reason}."


def choice_lines(taken: Sequence[Taken]) -> list[str]:
    """The line of one picture or, for several, a line for each network with its counts.

    Networks that the user named are not mentioned.
    """
    chosen = [one for one in taken if one.reason is not None]
    if len(taken) == 1:
        return [choice_line(one) for one in chosen]
    lines = []
    for model, count in Counter(one.model for one in chosen).most_common():
        sources = Counter(one.source for one in chosen if one.model == model)
        of = ", ".join(f"{number} {source}" for source, number in sources.most_common())
        pictures = "1 picture" if count == 1 else f"{count} pictures"
        lines.append(f"Network {model}, chosen for {pictures}: {of}.")
    return lines
