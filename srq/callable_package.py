"""Packages that are called as their function of the same name is.

``srq.export`` is a package of exporters, and the function that writes a Program out. Importing
any part of a package sets its name on ``srq``, so that one name must serve for both: calling the
package calls its function, and ``import srq.export.c`` goes on to work.
"""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any


class CallablePackage(ModuleType):
    """A package ``srq.NAME`` with a function ``NAME`` in it, which a call of it goes to."""

    @property
    def __wrapped__(self) -> Callable[..., Any]:
        """The function; ``help`` and ``inspect.signature`` ask for it by this name."""
        return vars(self)[self.__name__.rpartition(".")[2]]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the function gives. Type checkers see the function itself (srq/__init__.py)."""
        return self.__wrapped__(*args, **kwargs)


def make_callable(package: str) -> None:
    """Let the package of that name, which is being imported, be called."""
    sys.modules[package].__class__ = CallablePackage
