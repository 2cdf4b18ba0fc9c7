"""The register of residence: loaded whole, looked up, searched by misspelt names, linked, and moved in.

Measured in processes of their own with an embedded database in a temporary folder: commits are durable,
row-level security, audit, encryption and ledger are on. All persons are synthetic. ``scale`` is the share of
the national register (3.4 million persons, 900 thousand households); the figures say theirs.
"""

from nuudel.bench.embedded import measured_by
from nuudel.bench.harness import Figure

NATIONAL = 3_400_000
LINKED = 1_000_000
SCALE = 0.005
PARTS = ("nuudel.bench.registration_database", "nuudel.bench.registration_linkage")


def measure(scale: float = SCALE) -> dict[str, Figure]:
    """``registry_load_seconds``, ``registry_lookup_p99_ms``, ``registry_fuzzy_p99_ms``,
    ``moves_per_second``, ``dedup_million_seconds``, ``dedup_memory_mb``, ``dedup_precision``,
    ``dedup_recall``, and ``registry_persons``: how many persons the register had.

    Parameters
    ----------
    scale
        0 to 1; at 1 it takes five to ten minutes and 10 GB of disk in the temporary folder.
    """
    figures: dict[str, Figure] = {}
    for part in PARTS:
        figures |= measured_by(part, scale, "the register")
    return figures
