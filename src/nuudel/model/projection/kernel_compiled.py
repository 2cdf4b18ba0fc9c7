"""The compiled kernel: one program for each size and precision, kept for the process and on disk."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from nuudel.model.projection.kernel import Departures, Ground, Sums, YearRates, simulate
from nuudel.model.projection.kernel_cache import compilations_kept

Shapes = tuple[tuple[int, ...], ...]
# Programs kept for the process; a search over goals of many lengths should not fill the memory.
MOST_PROGRAMS = 32


@dataclass(frozen=True, eq=False)
class Program:
    """``simulate`` compiled for one size.

    Attributes
    ----------
    executable
        What JAX compiled.
    shapes
        Of each output, without its axis of draws.
    double
        Whether it calculates in double precision.
    """

    executable: Any
    shapes: dict[str, tuple[int, ...]]
    double: bool

    def placed(self, ground: Ground, yearly: YearRates) -> tuple[Ground, YearRates]:
        """The shared arrays on the device, once for all chunks."""
        with jax.enable_x64(self.double):
            return Ground(*map(jnp.asarray, ground)), YearRates(*map(jnp.asarray, yearly))

    def __call__(self, ground: Ground, yearly: YearRates, departures: Departures) -> dict[str, Any]:
        """The sums of a chunk, as NumPy arrays; the setting of 64-bit types is a thread's own."""
        with jax.enable_x64(self.double):
            sums: Sums = self.executable(ground, yearly, departures)
            return {name: np.asarray(array) for name, array in sums._asdict().items()}


def program_of(ground: Ground, yearly: YearRates, departures: Departures, draws: int, ages: bool) -> Program:
    """The program for inputs of these shapes, ``draws`` at a time; compiled at the first call only."""
    shapes = [tuple(array.shape for array in arrays) for arrays in (ground, yearly)]
    given = tuple((draws, *array.shape[1:]) for array in departures)
    return compile_program(shapes[0], shapes[1], given, ages, ground.persons.dtype == np.float64)


@lru_cache(maxsize=MOST_PROGRAMS)
def compile_program(ground: Shapes, yearly: Shapes, departures: Shapes, ages: bool, double: bool) -> Program:
    with jax.enable_x64(double), compilations_kept():
        dtype = jnp.float64 if double else jnp.float32
        array: Any = jax.ShapeDtypeStruct

        def example(kind: type, shapes: Shapes) -> Any:
            return kind(*(array(shape, dtype) for shape in shapes))

        given = example(Ground, ground), example(YearRates, yearly), example(Departures, departures)
        lowered = jax.jit(simulate, static_argnames="ages").lower(*given, ages=ages)
        outputs = lowered.out_info._asdict()
        return Program(
            lowered.compile(), {name: tuple(info.shape[1:]) for name, info in outputs.items()}, double
        )
