"""Where, when and with what a result was made: what every result file says of itself."""

import os
import platform
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from srq.version import __version__

PACKAGES = ("numpy", "pillow", "torch")
"""The packages whose versions may change what srq computes, or how fast."""

_CPUINFO = Path("/proc/cpuinfo")
_X86 = ("x86_64", "AMD64")
_ARM = ("aarch64", "arm64")


@dataclass(frozen=True)
class Machine:
    """What ran it. Results of before ``isa`` and ``cores`` were recorded have None there.

    system, architecture: as Python names them ("linux", "x86_64").
    cpu:   the processor's own name, as far as the system tells it.
    isa:   the largest instruction set of the processor that srq has code for, by the native
           engine's name of it; None where there is none, or the system does not tell.
    cores: how many this process could use.
    """

    system: str
    architecture: str
    cpu: str
    isa: str | None = None
    cores: int | None = None


@dataclass(frozen=True)
class Provenance:
    """How a result came about.

    when:        the time in UTC, ISO 8601.
    versions:    of Python, srq and the packages that are installed, by name.
    load:        the machine's average load of the minute before: above its cores, others
                 were at work too. None where the system does not tell.
    fingerprint: of the Program that the result is of; None where it is of none, or of several.
    """

    when: str
    machine: Machine
    versions: Mapping[str, str]
    load: float | None = None
    fingerprint: str | None = None

    @classmethod
    def now(
        cls, packages: Iterable[str] = PACKAGES, *, fingerprint: str | None = None
    ) -> "Provenance":
        """That of a result made here and now. No package is imported for its version."""
        return cls(
            when=datetime.now(UTC).isoformat(timespec="seconds"),
            machine=Machine(sys.platform, platform.machine(), cpu(), isa(), cores()),
            versions=versions(packages),
            load=_load(),
            fingerprint=fingerprint,
        )

    def to_json(self) -> dict[str, Any]:
        """As JSON values; what is None is left out."""
        plain = asdict(self)
        plain["machine"] = _known(plain["machine"])
        return _known(plain)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> "Provenance":
        """The one that ``to_json`` wrote; keys of others beside it are passed over.

        Raises KeyError, TypeError or ValueError for a record that is none.
        """
        return cls(
            record["when"],
            Machine(**record["machine"]),
            dict(record["versions"]),
            record.get("load"),
            record.get("fingerprint"),
        )


def versions(packages: Iterable[str] = PACKAGES) -> dict[str, str]:
    """Of Python, srq, and those of the packages that are installed."""
    found = {"python": platform.python_version(), "srq": __version__}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def cpu() -> str:
    """The processor's own name; where the system does not tell it, as much as Python knows."""
    return _cpuinfo("model name") or platform.processor()


def isa() -> str | None:
    """The largest instruction set that this processor has and srq has code for.

    It may be larger than the one in use, which the native engine tells.
    """
    if platform.machine() in _ARM:
        features = set(_cpuinfo("Features").split())
        if "asimddp" not in features:
            return "neon"
        return "neoni8mm" if "i8mm" in features else "neondot"
    flags = set(_cpuinfo("flags").split())
    if platform.machine() not in _X86 or not flags:
        return None
    if {"avx512f", "avx512bw"} <= flags:
        return "avx512vnni" if "avx512_vnni" in flags else "avx512bw"
    return "avx2" if "avx2" in flags else None


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _load() -> float | None:
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def _cpuinfo(name: str) -> str:
    """What Linux says of the first processor under ``name``; "" where it does not."""
    try:
        lines = _CPUINFO.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")


def _known(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
