"""A griffe extension: names and docstrings as the API page of the site needs them.

srq's docstrings are plain text that people read in the source. Two of their habits are not
Markdown: a list of ``name: what it is`` lines, and ``::`` before an indented example.
"""

import re
from typing import Any

from griffe import Alias, Extension, Module, Object

_FIELD = re.compile(r"^(\w[\w*]*(?:, \w+)*):\s+(?=\S)")


def markdown(docstring: str) -> str:
    """``docstring`` with its lists of fields as bullets, and its examples after one colon."""
    lines = []
    listed = False
    for line in re.sub(r"::$", ":", docstring, flags=re.MULTILINE).splitlines():
        field = _FIELD.match(line)
        if field and (listed or not lines or not lines[-1].strip()):
            names = ", ".join(f"`{name}`" for name in field[1].split(", "))
            lines.append(f"- {names}: {line[field.end() :]}")
            listed = True
        elif listed and line.strip():
            lines.append(f"  {line.strip()}")
        else:
            listed = False
            lines.append(line)
    return "\n".join(lines)


class PlainDocstrings(Extension):
    """Rewrites docstrings, and shows a function where its module has the same name."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        """Called by griffe for each object of the package."""
        if obj.docstring:
            obj.docstring.value = markdown(obj.docstring.value)

    def on_package(self, *, pkg: Module, **_: Any) -> None:
        """Called by griffe for a package that it has read."""
        # srq itself stays as it is: its ``export`` is the room and, called, the function.
        for room in list(pkg.modules.values()):
            if not room.is_alias:
                _show_functions(room)


def _show_functions(module: Module) -> None:
    """``from srq.quant.equalize import equalize`` hides a module; griffe hides the function."""
    for inner in list(module.modules.values()):
        if not inner.is_alias:
            _show_functions(inner)
    for name in map(str, module.exports or ()):
        member = module.members.get(name)
        if isinstance(member, Module) and name in member.members:
            module.set_member(name, Alias(name, target=member.members[name], parent=module))
