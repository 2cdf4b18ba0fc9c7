"""Ensembles shared out among processes and machines."""

import os
import sys
from dataclasses import fields

import numpy as np
import pytest

from nuudel.base.errors import ModelError
from nuudel.model.projection.ensemble import project
from nuudel.model.projection.inputs import AGES
from nuudel.model.projection.result import Projection
from nuudel.model.projection.spread import project_spread, shared_out

from .projection_cases import case, departures


def assert_same(one: Projection, other: Projection) -> None:
    for field in fields(Projection):
        assert np.array_equal(getattr(one, field.name), getattr(other, field.name)), field.name


def small():
    start, rates, feedback = case(3, 2)
    return start, rates, departures(rates, feedback, 21), feedback


def arrive(process: int) -> np.ndarray:
    """What arrives in another process ends it."""
    if os.getpid() != process:
        os._exit(9)
    return np.ones((2, AGES)).view(Deadly)


class Deadly(np.ndarray):
    """Weights that end the worker that unpacks them."""

    def __reduce__(self):
        return arrive, (os.getpid(),)


def test_a_worker_that_dies_is_said_to_have_died():
    with pytest.raises(ModelError, match="MODEL-691"):
        project_spread(*small(), groups={"all": arrive(os.getpid())}, engine="processes", workers=2)


def test_a_worker_of_dask_that_dies_is_said_to_have_died(require_module):
    require_module("distributed")
    import dask.config as configured
    import distributed as dask

    # Otherwise Dask tries the work on three more workers.
    with configured.set({"distributed.scheduler.allowed-failures": 0}), pytest.raises(ModelError) as died:
        project_spread(*small(), groups={"all": arrive(os.getpid())}, engine="dask", workers=1)
    assert died.value.code == "MODEL-691"
    assert isinstance(died.value.__cause__, dask.KilledWorker)


# After the test above, which ends the workers: the next ones are new.
@pytest.mark.parametrize(("engine", "workers"), [(None, None), ("processes", 1), ("processes", 2)])
def test_processes_give_the_figures_of_one_whatever_their_number(engine, workers):
    assert_same(project_spread(*small(), engine=engine, workers=workers), project(*small()))


def test_a_dask_cluster_gives_the_same_figures(require_module):
    require_module("distributed")
    assert_same(project_spread(*small(), engine="dask", workers=2), project(*small()))


@pytest.mark.parametrize(("chunk", "workers"), [(8, 1), (8, 2), (8, 5), (4, 3), (32, 2)])
def test_workers_get_whole_chunks_and_every_draw_once(chunk, workers):
    _, _, paths, _ = small()
    pieces = list(shared_out(paths, chunk, workers))
    assert np.array_equal(np.concatenate([piece.pull for piece in pieces]), paths.pull)
    assert all(len(piece.dying) % chunk == 0 for piece in pieces[:-1])
    assert len(pieces) <= workers


def test_a_single_path_is_given_to_one_worker():
    start, rates, paths, feedback = small()
    one = paths.draw(0)
    assert_same(
        project_spread(start, rates, one, feedback, engine="processes", workers=2),
        project(start, rates, one, feedback),
    )


def test_dask_that_is_not_installed_is_named_with_the_way_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ModelError, match=r"MODEL-692.*nuudel\[cluster\]"):
        project_spread(*small(), engine="dask")


@pytest.mark.parametrize("options", [{"engine": "spark"}, {"workers": 0}, {"scheduler": "tcp://x:1"}])
def test_engines_that_there_cannot_be_are_refused(options):
    with pytest.raises(ModelError, match="MODEL-690"):
        project_spread(*small(), **options)


def test_a_cluster_that_does_not_answer_is_named(require_module, monkeypatch):
    require_module("distributed")
    monkeypatch.setattr("nuudel.model.projection.spread.CONNECT_SECONDS", 1)
    with pytest.raises(ModelError, match=r"MODEL-693.*127\.0\.0\.1:9 "):
        project_spread(*small(), engine="dask", scheduler="tcp://127.0.0.1:9")
