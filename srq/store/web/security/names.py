"""Names: of accounts, and of the files of users where they stand in headers and archives."""

import re
import unicodedata
from pathlib import PurePosixPath
from urllib.parse import quote

NAME = re.compile(r"[a-z0-9](?:[a-z0-9._@+-]{0,62}[a-z0-9])?")
"""The name of an account, in lower case; an e-mail address is one too."""

_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))]
)
_MOST = 120


def account_name(typed: str) -> str:
    """The name as it is kept."""
    return unicodedata.normalize("NFKC", typed).strip().casefold()


def file_name(name: str, fallback: str = "picture") -> str:
    """``name`` as a file may be called on any system: no folders, no control or turning marks.

    At most 120 characters, the suffix kept; ``fallback`` where nothing is left.
    """
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join("_" if c in '<>:"|?*%' else c for c in name if _is_plain(c))
    kept = kept.strip(" .")
    stem, suffix = PurePosixPath(kept).stem, PurePosixPath(kept).suffix
    if not stem or stem.partition(".")[0].casefold() in _RESERVED:
        stem = f"{fallback}-{stem}" if stem else fallback
    suffix = suffix[:12]
    return stem[: _MOST - len(suffix)].rstrip(" .") + suffix


def _is_plain(character: str) -> bool:
    return unicodedata.category(character)[0] != "C" and character not in "\u2028\u2029"


def disposition(name: str, *, inline: bool = False) -> str:
    """The header Content-Disposition for a download called ``name``."""
    safe = file_name(name)
    ascii_name = safe.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(safe, safe='')}"
