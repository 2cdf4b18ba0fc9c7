"""An ensemble spread over processes (joblib) or over the machines of a Dask cluster."""

import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import AbstractContextManager, nullcontext
from dataclasses import fields, replace
from itertools import pairwise
from typing import Any, Literal, get_args

import numpy as np

from nuudel.base.errors import ModelError
from nuudel.model.projection.ensemble import AGE_GROUPS, DTYPES, Precision, project, project_chunks
from nuudel.model.projection.ensemble_inputs import check_inputs, draws_of
from nuudel.model.projection.ensemble_size import chunk_size, demand_memory, usable_cores
from nuudel.model.projection.inputs import Array, Feedback, Paths, Rates, StartingPopulation
from nuudel.model.projection.result import Projection

Engine = Literal["processes", "dask"]
# What does not go by draws.
OF_ALL_DRAWS = ("years", "places", "groups", "capacities", "quality")
# How long a cluster may take to answer.
CONNECT_SECONDS = 30


def project_spread(
    start: StartingPopulation,
    rates: Rates,
    paths: Paths,
    feedback: Feedback,
    *,
    groups: Mapping[str, Array] = AGE_GROUPS,
    precision: Precision = "single",
    ages: bool = True,
    quality: str = "estimated",
    engine: Engine | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
) -> Projection:
    """``ensemble.project``, its draws shared out among workers; the same figures whatever their number.

    Parameters
    ----------
    start, rates, paths, feedback, groups, precision, ages, quality
        As for ``project``.
    engine
        None: the threads of this process, as ``project``. ``processes``: on this machine. ``dask``: a
        Dask cluster (the extra ``cluster``).
    workers
        Number of processes; as many as there are cores if None. A running cluster has its own number.
    scheduler
        With ``dask``: address of a running cluster, as ``tcp://10.0.0.1:8786``; without it, a cluster of
        processes on this machine (127.0.0.1) is started, and stopped afterwards.

    Raises
    ------
    ModelError
        ``MODEL-681`` to ``MODEL-686`` as ``project``; ``MODEL-690`` for an engine or a number of workers
        that there cannot be; ``MODEL-691`` where a worker died; ``MODEL-692`` where Dask is not installed;
        ``MODEL-693`` where the cluster cannot be reached.
    """
    demand_engine(engine, workers, scheduler)
    if engine is None:
        return project(
            start, rates, paths, feedback, groups=groups, precision=precision, ages=ages, quality=quality
        )
    check_inputs(start, rates, paths, feedback, groups, precision)
    draws = draws_of(paths)
    demand_memory(draws, rates, feedback, groups, precision, ages)
    chunk = chunk_size(draws, len(rates.places), DTYPES[precision]().itemsize)
    count = workers or usable_cores()

    def part(piece: Paths) -> tuple[Any, ...]:
        cores = max(1, usable_cores() // count)
        return start, rates, piece, feedback, dict(groups), precision, ages, quality, chunk, cores

    pieces = [part(piece) for piece in shared_out(paths, chunk, count)]
    if engine == "processes":
        return joined(run_processes(pieces, count))
    return joined(run_dask(pieces, count, scheduler))


def demand_engine(engine: str | None, workers: int | None, scheduler: str | None) -> None:
    if engine is not None and engine not in get_args(Engine):
        raise ModelError(
            690,
            f"There is no engine {engine!r}.",
            f"Name one of {', '.join(get_args(Engine))}, or none for the threads of this process.",
            ("engine",),
        )
    if workers is not None and workers < 1:
        raise ModelError(690, f"There cannot be {workers} workers.", "Ask for 1 or more.", ("workers",))
    if scheduler is not None and engine != "dask":
        raise ModelError(
            690,
            "Only a Dask cluster has a scheduler.",
            "Choose the engine dask, or leave the scheduler out.",
            ("scheduler", "engine"),
        )


def shared_out(paths: Paths, chunk: int, workers: int) -> Iterator[Paths]:
    """Paths of each worker: whole chunks, so that each draw is in the same chunk whatever their number."""
    draws = draws_of(paths)
    chunks = -(-draws // chunk)
    bounds = np.linspace(0, chunks, min(workers, chunks) + 1).round().astype(int) * chunk
    for first, last in pairwise(bounds):
        names = [field.name for field in fields(paths)]
        if paths.draws is None:
            yield paths
        else:
            yield Paths(**{name: getattr(paths, name)[first:last] for name in names})


def run_processes(pieces: list[tuple[Any, ...]], workers: int) -> list[Projection]:
    from joblib import Parallel, delayed
    from joblib.externals.loky.process_executor import BrokenProcessPool

    try:
        found: list[Projection] = Parallel(n_jobs=workers, backend="loky")(
            delayed(project_chunks)(*piece) for piece in pieces
        )
        return found
    except BrokenProcessPool as error:
        raise dead_worker() from error


def run_dask(pieces: list[tuple[Any, ...]], workers: int, scheduler: str | None) -> list[Projection]:
    """On a running cluster, or on one of this machine for as long as it takes.

    Dask's own client and not joblib's Dask backend: joblib (1.6) waits for ever where a worker dies.
    """
    try:
        import distributed
    except ImportError as error:
        raise ModelError(
            692,
            "Dask is not installed.",
            "Install it with: pip install 'nuudel[cluster]'. Or choose the engine processes.",
            ("engine",),
        ) from error
    dask: Any = distributed
    with nullcontext(scheduler) if scheduler else local_cluster(dask, workers) as cluster:
        try:
            client = dask.Client(cluster, timeout=CONNECT_SECONDS)
        except (OSError, ValueError) as error:
            raise ModelError(
                693,
                f"The Dask cluster at {scheduler} does not answer.",
                "Start its scheduler, or correct its address.",
                ("scheduler",),
            ) from error
        with client, warnings.catch_warnings():
            # A worker's paths are megabytes, and are sent once.
            warnings.filterwarnings("ignore", "Sending large graph")
            try:
                futures = [client.submit(project_chunks, *piece, pure=False) for piece in pieces]
                found: list[Projection] = client.gather(futures)
            except (dask.KilledWorker, CancelledError) as error:
                raise dead_worker() from error
            return found


def dead_worker() -> ModelError:
    return ModelError(
        691,
        "A worker process died before its draws were done; most often the memory was full.",
        "Ask for fewer workers or fewer draws at a time, and look into the system's log.",
        ("workers",),
    )


def local_cluster(dask: Any, workers: int) -> AbstractContextManager[Any]:
    # No dashboard: nothing is served to anybody.
    cluster: AbstractContextManager[Any] = dask.LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
    )
    return cluster


def joined(parts: list[Projection]) -> Projection:
    """The draws of all parts, one after the other."""
    first = parts[0]
    arrays: dict[str, Any] = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts])
        for field in fields(first)
        if field.name not in OF_ALL_DRAWS and getattr(first, field.name) is not None
    }
    return replace(first, **arrays)
