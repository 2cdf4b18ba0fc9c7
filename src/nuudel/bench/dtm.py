"""Displacement tracking: submissions that phones send, and a country-wide round replayed in one run.

Measured in processes of their own with an embedded database in a temporary folder: commits are durable,
row-level security, audit, encryption and ledger are on. All submissions are synthetic. ``scale`` is the share
of a country-wide round (1,640 baghs, 50,000 submissions, 500 MB of media); the figures say theirs.
"""

from nuudel.bench.embedded import measured_by
from nuudel.bench.harness import Figure

BAGHS, SUBMISSIONS, MEDIA = 1_640, 50_000, 500_000_000
SCALE = 0.01
PARTS = ("nuudel.bench.dtm_receiving", "nuudel.bench.dtm_round")


def measure(scale: float = SCALE) -> dict[str, Figure]:
    """``submissions_per_second``, with Digest too, ``submission_statements_cost``,
    ``submissions_entered_per_second``, ``round_replay_seconds``, ``round_replay_memory_mb``,
    ``minute_checked_seconds``, ``dashboard_seconds``, ``dashboard_first_seconds``.

    Parameters
    ----------
    scale
        0 to 1; at 1 it takes some ten minutes and 2 GB of disk in the temporary folder.
    """
    figures: dict[str, Figure] = {}
    for part in PARTS:
        figures |= measured_by(part, scale, "displacement tracking")
    return figures
