"""Typed tables: a TOML table becomes a frozen dataclass, and back; what does not fit is refused.

A field's type says what a value must be: ``int``, ``float``, ``bool``, ``str``, a ``Literal`` of
words, ``tuple[T, ...]`` of those, ``dict`` (free keys), or another dataclass (a section). Its
range stands in the field's metadata, put there by ``number``.
"""

import dataclasses
import json
import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from srq.errors import ConfigError
from srq.registry import nearest

T = TypeVar("T")

_RANGE = "range"
_KINDS = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}


def number(default: float, low: float, high: float = math.inf) -> Any:
    """A numeric field with a default, which may lie in ``low`` to ``high`` (both included)."""
    return dataclasses.field(default=default, metadata={_RANGE: (low, high)})


def from_table(kind: type[T], table: Mapping[str, Any], where: str) -> T:
    """The dataclass ``kind`` filled from ``table``; keys that are absent keep their defaults.

    Raises ConfigError, which begins with ``where`` and names the key by its full path, for an
    unknown key, a wrong type or a value out of range.
    """
    return _section(kind, table, (), where, kind)


def override(kind: type, table: dict[str, Any], assignment: str) -> None:
    """Set one key in ``table`` from a command line's ``a.b=c``, c read by the field's type.

    Text needs no quotes and a list may be written ``x,y``. Raises ConfigError for an unknown
    key and for an assignment without '='. The value is checked by ``from_table`` later.
    """
    path, equals, text = assignment.partition("=")
    keys = tuple(path.strip().split("."))
    where = f"--set {assignment}"
    if not equals:
        raise ConfigError(f"{where}: write it as KEY=VALUE, for example --set optim.lr=0.001.")
    expected = _type_at(kind, keys, where)
    for key in keys[:-1]:
        table = table.setdefault(key, {})
        if not isinstance(table, dict):
            raise ConfigError(f"{where}: '{key}' is no section in the configuration file.")
    table[keys[-1]] = _read_value(expected, text.strip())


def parsed(kind: type[T], text: str, where: str, assignments: Sequence[str] = ()) -> T:
    """The dataclass ``kind`` from TOML text, with ``assignments`` (``a.b=c``) over it, in order.

    Raises ConfigError as ``override`` and ``from_table`` do, and for text that is no TOML.
    """
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where} is not valid TOML: {error}.") from None
    for assignment in assignments:
        override(kind, table, assignment)
    return from_table(kind, table, where)


def to_toml(config: Any) -> str:
    """Every field of a dataclass as TOML text, sections last; ``from_table`` reads it back."""
    lines: list[str] = []
    sections: list[str] = []
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if dataclasses.is_dataclass(value):
            sections += ["", f"[{field.name}]", to_toml(value).rstrip("\n")]
        else:
            lines.append(f"{field.name} = {_toml_value(value)}")
    return "\n".join(lines + sections) + "\n"


def _section(root: type, table: Any, path: tuple[str, ...], where: str, kind: type) -> Any:
    if not isinstance(table, Mapping):
        raise ConfigError(f"{where}: '{'.'.join(path)}' must be a section, not {table!r}.")
    hints = get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind)}
    values: dict[str, Any] = {}
    for key, raw in table.items():
        full = (*path, key)
        if key not in fields:
            raise ConfigError(f"{where}: {_unknown(root, full)}")
        if dataclasses.is_dataclass(hints[key]):
            values[key] = _section(root, raw, full, where, hints[key])
        else:
            bounds = fields[key].metadata.get(_RANGE)
            values[key] = _value(hints[key], raw, f"{where}: '{'.'.join(full)}'", bounds)
    return kind(**values)


def _value(kind: Any, raw: Any, subject: str, bounds: tuple[float, float] | None) -> Any:
    origin = get_origin(kind)
    if origin is tuple:
        if not isinstance(raw, list | tuple):
            raise ConfigError(f"{subject} must be a list, not {raw!r}.")
        item = get_args(kind)[0]
        return tuple(_value(item, entry, f"{subject}, an item,", bounds) for entry in raw)
    if origin is Literal:
        words = get_args(kind)
        if raw not in words:
            raise ConfigError(f"{subject} must be {_either(words)}, not {raw!r}.")
        return raw
    if kind is dict or origin is dict:
        if not isinstance(raw, Mapping):
            raise ConfigError(f"{subject} must be a table such as {{width = 32}}, not {raw!r}.")
        return dict(raw)
    accepted = (int, float) if kind is float else kind
    if not isinstance(raw, accepted) or (isinstance(raw, bool) and kind is not bool):
        raise ConfigError(f"{subject} must be {_KINDS[kind]}, not {raw!r}.")
    if bounds is not None and not bounds[0] <= raw <= bounds[1]:
        raise ConfigError(f"{subject} must be {_KINDS[kind]} {_span(*bounds)}, not {raw!r}.")
    return kind(raw)


def _span(low: float, high: float) -> str:
    return f"of at least {low:g}" if math.isinf(high) else f"from {low:g} to {high:g}"


def _either(words: tuple[str, ...]) -> str:
    quoted = [f'"{word}"' for word in words]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


def _paths(kind: type, prefix: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, hint in get_type_hints(kind).items():
        yield (*prefix, name)
        if dataclasses.is_dataclass(hint) and isinstance(hint, type):
            yield from _paths(hint, (*prefix, name))


def _unknown(root: type, path: tuple[str, ...]) -> str:
    """The clause for an unknown key, with the known key that is most like it."""
    full = ".".join(path)
    known = [".".join(candidate) for candidate in _paths(root)]
    close = nearest(full, known, cutoff=0.75)
    if close is None:
        by_leaf = {name.rpartition(".")[2]: name for name in known}
        close = by_leaf.get(nearest(path[-1], by_leaf) or "")
    if close is None:
        parent = ".".join(path[:-1])
        close_by = [name for name in known if name.rpartition(".")[0] == parent]
        return f"unknown key '{full}'; known here: {', '.join(close_by or known)}."
    return f"unknown key '{full}'; did you mean '{close}'?"


def _type_at(kind: type, path: tuple[str, ...], where: str) -> Any:
    here: Any = kind
    for key in path:
        if get_origin(here) is dict or here is dict:
            return Any
        hints = get_type_hints(here) if dataclasses.is_dataclass(here) else {}
        if key not in hints:
            raise ConfigError(f"{where}: {_unknown(kind, path)}")
        here = hints[key]
    if dataclasses.is_dataclass(here):
        raise ConfigError(f"{where}: '{'.'.join(path)}' is a section; set one of its keys.")
    return here


def _read_value(kind: Any, text: str) -> Any:
    if kind is str or get_origin(kind) is Literal:
        return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    if get_origin(kind) is tuple and not isinstance(value, list):
        return [_read_value(get_args(kind)[0], item.strip()) for item in text.split(",") if item]
    return value


def _toml_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # JSON escapes as TOML does, but for DEL, which TOML wants escaped.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(k)} = {_toml_value(v)}" for k, v in value.items()) + "}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_toml_value(item) for item in value) + "]"
    return repr(value)


def _key(name: str) -> str:
    return name if name.replace("_", "").replace("-", "").isalnum() else json.dumps(name)
