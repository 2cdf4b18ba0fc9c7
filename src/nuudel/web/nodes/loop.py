"""The process beside the web server of a node: a round with the centre, again and again.

While the link is there, every quarter of a minute; while it is not, after longer and longer pauses.
"""

import logging
import random
import time
from collections.abc import Callable

from nuudel.base.errors import WebError
from nuudel.web.operations.children import end_with_parent

EVERY, LONGEST = 15.0, 600.0  # seconds
LATE = 0.25  # of a pause: nodes that lost their link together do not come back together


def pause_after(failures: int, luck: float) -> float:
    """Seconds until the next round after so many failures in a row; ``luck`` in 0..1."""
    pause = min(EVERY * 2.0**failures, LONGEST)
    return float(pause * (1 + LATE * luck))


def keep_in_step(rounds: int | None = None, wait: Callable[[float], None] = time.sleep) -> None:
    """Round after round; ``rounds``: how many, endless where it is not given."""
    from nuudel.web.nodes.syncing import sync

    failures = done = 0
    while rounds is None or done < rounds:
        try:
            sync()
            failures = 0
        except WebError as error:
            failures += 1
            logging.getLogger(__name__).warning("%s", error)
        except Exception as error:  # a fault of one round ends no other; its kind is told, not its values
            failures += 1
            logging.getLogger(__name__).error("a round failed: %s", type(error).__name__)
        done += 1
        wait(pause_after(failures, random.random()))  # noqa: S311  spreads nodes; nothing depends on it


if __name__ == "__main__":
    end_with_parent()
    from nuudel.web.operations.install import start_django

    start_django()
    keep_in_step()
