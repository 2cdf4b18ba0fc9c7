"""What comes next: forecasters tested on the past, and the forecast of the one that won."""

from collections.abc import Callable, Sequence

from nuudel.base.packs import Pack
from nuudel.model.backtests.backtest import Backtest, run_backtest
from nuudel.model.backtests.choice import choose_model
from nuudel.model.backtests.differences import score_table, select_cells
from nuudel.model.backtests.forecast import forecast
from nuudel.model.backtests.history import distorted_cells
from nuudel.model.findings import Ahead
from nuudel.pipeline.readings import FEWEST_YEARS, losses_of, margins_of
from nuudel.statistics.internal_migration import InternalMigration

# Years ahead that are forecast and tested.
HORIZONS = 3


def score_forecasts(
    pack: Pack,
    internal: InternalMigration,
    seed: int,
    progress: Callable[[int, int], None],
    *,
    origins: Sequence[int] | None = None,
    horizons: int = HORIZONS,
    models: Sequence[str] | None = None,
) -> Backtest:
    """Every forecaster, or those named, tested on a country's past; errors of ``run_backtest``."""
    return run_backtest(
        internal,
        losses_of(pack, internal),
        origins=origins,
        horizons=horizons,
        models=models,
        apart=[pack.capital] if pack.capital in internal.places else [],
        distorted=distorted_cells(internal, margins_of(pack).caveats),
        seed=seed,
        progress=progress,
    )


def look_ahead(
    pack: Pack, internal: InternalMigration, seed: int, progress: Callable[[int, int], None]
) -> Ahead | None:
    """Every forecaster tested on the past, the winner by the stated rule, and its forecast."""
    if len(internal.years) < FEWEST_YEARS:
        return None
    tested = score_forecasts(pack, internal, seed, progress)
    choice = choose_model(tested)
    return Ahead(
        (tested.origins[0], tested.origins[-1]),
        score_table(tested),
        score_table(tested, select_cells(tested, apart=True)),
        choice,
        forecast(internal, losses_of(pack, internal), choice.model, years=HORIZONS),
    )
