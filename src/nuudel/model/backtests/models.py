"""The one list of forecasters; the order is that of simplicity."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from nuudel.base.errors import ModelError
from nuudel.base.packs import nearest
from nuudel.model.backtests import combination, count_panel, naive, reverting, robust_panel, smoothing
from nuudel.model.backtests.ets import ets
from nuudel.model.backtests.history import Floats, History

Forecaster = Callable[[History, int], Floats]
Mixer = Callable[[Sequence[Mapping[int, Floats]], History, int], Floats]


@dataclass(frozen=True)
class Model:
    """How one model forecasts; exactly one of ``centre``, ``values`` and ``mix`` is given.

    Attributes
    ----------
    name
        As it stands in tables.
    parts
        What it is made of, counted: series of steps, estimated parameters or members. Fewer is simpler.
    centre
        (history until the origin, horizons) to medians (H, S); intervals come from past errors.
    values
        The same to equally likely values (H, S, K), where the model has intervals of its own.
    mix
        (members' centres by origin, history, origin) to medians (H, S).
    members
        Names of the models that ``mix`` combines.
    needs_losses
        Whether livestock losses must be given.
    """

    name: str
    parts: int
    centre: Forecaster | None = None
    values: Forecaster | None = None
    mix: Mixer | None = None
    members: tuple[str, ...] = ()
    needs_losses: bool = False


NAIVE = "last_value"
SINGLE: tuple[Model, ...] = (
    Model(NAIVE, 1, centre=naive.last_value),
    Model("mean_of_three", 2, centre=naive.mean_of_three),
    Model("mean_of_five", 2, centre=naive.mean_of_five),
    Model("log_smoothing_half", 2, centre=smoothing.log_smoothing_half),
    Model("log_smoothing", 3, centre=smoothing.log_smoothing),
    Model("damped_trend", 5, centre=smoothing.damped_trend),
    Model("shares_of_total", 5, centre=smoothing.shares_of_total),
    Model("ets", 6, centre=ets),
    Model("robust_panel", 7, centre=robust_panel.robust_panel),
    Model("reverting_level", 8, centre=reverting.reverting_level),
    Model("count_panel", 9, values=count_panel.count_panel),
    Model("count_panel_losses", 10, values=count_panel.count_panel_with_losses, needs_losses=True),
)
MEMBERS = tuple(model.name for model in SINGLE if model.centre is not None)
"""What the mixes combine: every single model with intervals from past errors, none picked by hand."""
MODELS: tuple[Model, ...] = (
    *SINGLE,
    Model("equal_mix", 11, mix=combination.equal_mix, members=MEMBERS),
    Model("stacked_mix", 12, mix=combination.stacked_mix, members=MEMBERS),
)
BY_NAME = {model.name: model for model in MODELS}


def model_of(name: str) -> Model:
    """The model of a name; ``MODEL-505`` if there is none."""
    if name not in BY_NAME:
        raise ModelError(
            505,
            f"there is no forecasting model {name!r}.",
            f"Name one of the list{nearest(name, BY_NAME)}.",
            ("models",),
        )
    return BY_NAME[name]


def usable_models(history: History, names: Sequence[str] | None) -> tuple[Model, ...]:
    """The models asked for; by default all for which the history has what they need.

    Raises
    ------
    ModelError
        ``MODEL-505`` unknown name; ``MODEL-506`` a model asked for needs losses and none were given.
    """
    if names is None:
        return tuple(model for model in MODELS if history.losses is not None or not model.needs_losses)
    chosen = tuple(model_of(name) for name in names)
    for model in chosen:
        if model.needs_losses and history.losses is None:
            raise ModelError(
                506,
                f"model {model.name!r} needs livestock losses and none were given.",
                "Give losses by year and place, or leave the model out.",
                ("losses",),
            )
    return chosen
