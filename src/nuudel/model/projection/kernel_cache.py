"""Compiled programs kept in the user's cache folder, so that the next process need not compile them again."""

import hashlib
import os
import platform
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# JAX's cache is one for the process: who sets it has to be alone.
SETTING = threading.RLock()
UNREADABLE = "Error reading persistent compilation cache entry"
UNWRITTEN = "Error writing persistent compilation cache entry"


def cache_folder() -> Path:
    """Where the platform keeps what can be made again, for this kind of processor and this version of JAX.

    A program is of the processor that it was compiled on; homes are shared between machines.
    """
    import jaxlib.version

    processor = hashlib.sha256(processor_name().encode()).hexdigest()[:12]
    return user_cache() / "nuudel" / "compiled" / f"jax-{jaxlib.version.__version__}-{processor}"


def user_cache() -> Path:
    if os.environ.get("XDG_CACHE_HOME"):
        return Path(os.environ["XDG_CACHE_HOME"])
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    if os.environ.get("LOCALAPPDATA"):
        return Path(os.environ["LOCALAPPDATA"])
    return Path.home() / ".cache"


def processor_name() -> str:
    """What tells processors apart that cannot run each other's programs."""
    try:
        lines = Path("/proc/cpuinfo").read_text("ascii", "replace").splitlines()
        told = sorted({line for line in lines if line.startswith(("model name", "flags", "Features"))})
    except OSError:
        told = []
    return "\n".join([platform.machine(), platform.processor(), *told])


@contextmanager
def compilations_kept() -> Iterator[None]:
    """Within the block, JAX reads what it would compile from the user's cache folder, and writes it there.

    A folder that cannot be made or written, or an entry that another process was still writing, only costs
    the time to compile. Who has set a cache of their own (``jax_compilation_cache_dir``) keeps it.
    """
    import jax
    from jax.experimental.compilation_cache import compilation_cache

    config: Any = jax.config
    with SETTING:
        folder = None if config.jax_compilation_cache_dir else writable(cache_folder)
        if folder is None:
            yield
            return
        names = {
            "jax_compilation_cache_dir": str(folder),
            "jax_persistent_cache_min_compile_time_secs": 0.0,
            "jax_persistent_cache_min_entry_size_bytes": -1,
        }
        before = {name: getattr(config, name) for name in names}
        try:
            for name, value in names.items():
                config.update(name, value)
            compilation_cache.reset_cache()
            with warnings.catch_warnings(record=True) as told:
                warnings.simplefilter("always")
                yield
            pass_on(told, folder)
        finally:
            for name, value in before.items():
                config.update(name, value)
            compilation_cache.reset_cache()


def writable(named: Callable[[], Path]) -> Path | None:
    """The folder, made where it is missing; None where it cannot be made or written."""
    try:
        folder = named()
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # RuntimeError: the user has no home
        return None
    return folder if os.access(folder, os.W_OK) else None


def pass_on(told: list[warnings.WarningMessage], folder: Path) -> None:
    """Warnings go on to the user, but for the cache's own; unreadable entries are removed with all others."""
    for warning in told:
        text = str(warning.message)
        if text.startswith(UNREADABLE):
            for entry in folder.glob("*-cache"):
                entry.unlink(missing_ok=True)
        elif not text.startswith(UNWRITTEN):
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
