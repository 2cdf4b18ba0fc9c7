"""Loops compiled by numba: kept on disk for the next process where a folder can be written."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Kernel = TypeVar("Kernel")


def compiled(**options: Any) -> Callable[[Kernel], Kernel]:
    """Compile a loop at its first call; ``options`` are those of ``numba.njit``."""

    def decorate(loop: Kernel) -> Kernel:
        try:
            return cast(Kernel, numba.njit(cache=True, nogil=True, **options)(loop))
        except RuntimeError:  # neither the package's folder nor the user's can be written
            return cast(Kernel, numba.njit(nogil=True, **options)(loop))

    return decorate
