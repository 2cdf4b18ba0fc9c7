"""Compiled programs are kept for the next process, and nothing that happens to them stops a projection."""

import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from nuudel.model.projection import kernel_cache
from nuudel.model.projection.kernel_cache import cache_folder, compilations_kept

# One small projection in a process of its own; prints how often JAX found the program, and the figures.
PROGRAM = """
import sys
sys.path.insert(0, {tests!r})
from jax._src import monitoring
found = []
monitoring.register_event_listener(lambda name, **_: found.append(name))
from projection_cases import case, departures
from nuudel.model.projection.ensemble import project
start, rates, feedback = case(2, 2)
result = project(start, rates, departures(rates, feedback, 2), feedback, ages=False)
hits = sum(name.endswith("/cache_hits") for name in found)
misses = sum(name.endswith("/cache_misses") for name in found)
print(hits, misses, repr(float(result.persons.sum())))
"""


def process(cache: Path) -> subprocess.Popen:
    program = PROGRAM.format(tests=str(Path(__file__).parent))
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    environment.pop("JAX_COMPILATION_CACHE_DIR", None)
    return subprocess.Popen(
        [sys.executable, "-c", program],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def outcome(started: subprocess.Popen) -> list[str]:
    output, errors = started.communicate(timeout=120)
    assert started.returncode == 0, errors
    assert not errors
    return output.split()


def test_programs_are_kept_for_the_next_process_and_cut_ones_are_made_again(tmp_path):
    first, other = [process(tmp_path) for _ in range(2)]  # two at once do not harm each other
    figures = {outcome(first)[2], outcome(other)[2]}
    hits, misses, figure = outcome(process(tmp_path))
    assert (int(hits), int(misses)) == (1, 0)
    assert figures == {figure}
    (entry,) = tmp_path.rglob("*-cache")
    entry.write_bytes(entry.read_bytes()[:1000])
    assert outcome(process(tmp_path))[2] == figure
    assert not entry.exists()


def test_a_folder_that_cannot_be_made_only_costs_the_time_to_compile(tmp_path):
    (tmp_path / "nuudel").write_text("a file where the folder would be")
    assert outcome(process(tmp_path))[0] == "0"


@pytest.mark.parametrize("chosen", ["", "own"])
def test_the_settings_of_jax_are_as_before_and_ones_own_cache_is_kept(chosen, tmp_path, monkeypatch):
    import jax

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    before = jax.config.jax_compilation_cache_dir
    jax.config.update("jax_compilation_cache_dir", chosen or None)
    try:
        with compilations_kept():
            assert jax.config.jax_compilation_cache_dir == (chosen or str(cache_folder()))
        assert jax.config.jax_compilation_cache_dir == (chosen or None)
        assert cache_folder().is_dir() == (not chosen)
    finally:
        jax.config.update("jax_compilation_cache_dir", before)


def test_warnings_that_are_not_the_caches_reach_the_user(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.warns(UserWarning, match="something else"), compilations_kept():
        warnings.warn("something else", stacklevel=1)


def test_each_kind_of_processor_has_a_folder_of_its_own(monkeypatch):
    here = cache_folder()
    monkeypatch.setattr(kernel_cache, "processor_name", lambda: "another")
    assert cache_folder() != here
    assert cache_folder().parent == here.parent
    assert np.all([folder.name.startswith("jax-") for folder in (here, cache_folder())])
