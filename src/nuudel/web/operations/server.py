"""The web server: granian, WSGI; started by ``nuudel serve`` and by tests as a process of its own."""

import argparse
import os

from nuudel.base import settings
from nuudel.web.operations.children import end_with_parent

THREADS = 4


def serve(address: str, port: int, workers: int) -> None:
    """Serve until stopped."""
    import shutil

    from granian import Granian
    from granian.constants import Interfaces

    counts = settings.data_folder() / "metrics" / str(port)
    shutil.rmtree(counts, ignore_errors=True)
    counts.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(counts)
    Granian(
        "nuudel.web.wsgi:application",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        backpressure=256,
        log_access=False,
        respawn_failed_workers=True,
    ).serve()


if __name__ == "__main__":
    end_with_parent()
    parser = argparse.ArgumentParser()
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    serve(options.address, options.port, options.workers)
