"""How many draws go at a time, on how many threads, and whether the results fit into memory."""

import os
from collections.abc import Mapping

from nuudel.base.errors import ModelError
from nuudel.model.projection.inputs import AGES, SEXES, Array, Feedback, Rates

# A chunk of draws should stay in a core's second-level cache: this many bytes of people.
CHUNK_BYTES = 8 * 22 * len(SEXES) * AGES * 4
MOST_DRAWS_AT_A_TIME = 8
# On a GPU one chunk may take this share of the free memory, and makes about this many arrays of people.
DEVICE_SHARE = 0.5
ARRAYS_ON_DEVICE = 12
# Results may take this share of the memory that is free now.
RESULT_SHARE = 0.8


def chunk_size(draws: int, places: int, itemsize: int) -> int:
    """Draws at a time: few on a CPU (cache), as many as fit on a GPU."""
    import jax

    per_draw = places * len(SEXES) * AGES * itemsize
    device = jax.devices()[0]
    if device.platform == "cpu":
        return max(1, min(draws, MOST_DRAWS_AT_A_TIME, CHUNK_BYTES // per_draw))
    stats = device.memory_stats() or {}
    free = stats.get("bytes_limit", 2**32) - stats.get("bytes_in_use", 0)
    return max(1, min(draws, int(DEVICE_SHARE * free / (ARRAYS_ON_DEVICE * per_draw))))


def threads(chunks: int, cores: int | None = None) -> int:
    """Threads that run chunks: one for each core (of those that this process may use); one on a GPU."""
    import jax

    if jax.default_backend() != "cpu":
        return 1
    return max(1, min(chunks, cores or usable_cores()))


def usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def result_bytes(
    draws: int, rates: Rates, feedback: Feedback, groups: Mapping[str, Array], precision: str, ages: bool
) -> int:
    """Bytes of the arrays of a ``Projection``."""
    t, r = rates.years.size, len(rates.places)
    stocks = (t + 1) * (r * (1 + len(groups)) + (len(SEXES) * AGES if ages else 0))
    flows = t * r * (6 + len(feedback.names))
    return draws * (stocks + flows) * (4 if precision == "single" else 8)


def demand_memory(
    draws: int, rates: Rates, feedback: Feedback, groups: Mapping[str, Array], precision: str, ages: bool
) -> None:
    """Raise ``MODEL-685`` where the results would not fit into the memory that is free now."""
    needed = result_bytes(draws, rates, feedback, groups, precision, ages)
    free = free_bytes()
    if needed > RESULT_SHARE * free:
        fit = int(draws * RESULT_SHARE * free / needed)
        raise ModelError(
            685,
            f"The results of {draws} draws take {needed / 2**30:.1f} GiB; {free / 2**30:.1f} GiB are free.",
            f"Ask for {fit} draws at a time, fewer groups, single precision or no pyramid (ages=False).",
            ("draws",),
        )


def free_bytes() -> int:
    """Memory that is free now, bytes; where the system does not say, what is physically there."""
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:
            for line in lines:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 2**63
