"""What a Program is called where only an identifier will do."""

import re

from srq.program import Program


def identifier(program: Program) -> str:
    """The Program's name in lower-case letters, digits and underscores: ``kim_x2``.

    ``program`` where it has no name. It may begin with a digit or be a keyword somewhere: put a
    prefix before it, such as ``srq_``.
    """
    return re.sub(r"[^a-z0-9]+", "_", program.name.lower()).strip("_")[:48] or "program"
