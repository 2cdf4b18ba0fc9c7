"""What the model found out about a country: all that a report or a release may show of it."""

from dataclasses import dataclass

import polars as pl

from nuudel.model.backtests.choice import Choice
from nuudel.model.backtests.forecast import MarginForecast
from nuudel.model.comparison.comparison import ComparisonTable
from nuudel.model.comparison.marginal_effects import MarginalEffect
from nuudel.model.determinants.between_places import BetweenPlaces
from nuudel.model.determinants.leavers import Determinants
from nuudel.model.experiments.dzud import DzudEffect
from nuudel.model.experiments.dzud_variants import DzudForecast
from nuudel.model.experiments.registration_ban import RegistrationBan
from nuudel.model.experiments.spillovers import BanAccounts, Spillovers
from nuudel.model.origin_destination.result import EstimatedFlows
from nuudel.model.origin_destination.validation import TableValidation
from nuudel.model.policy.answer import PolicyAnswer


@dataclass(frozen=True)
class Why:
    """What goes with moving, and the natural experiments; what a country's figures do not allow is empty.

    Attributes
    ----------
    determinants
        Effects on leaving and coming, over all years.
    pooled, arrivals
        Leaving, and coming, before and after losses of all years.
    dzuds, dzuds_by_herd
        Leaving before and after each dzud, with losses counted by head, and as a share of the herd.
    later
        What dzuds after the last count would add, if they work as those before did.
    between
        What distinguishes places that many leave from others.
    problems
        What could not be estimated, as the errors say it.
    ban, spillovers, ban_accounts
        A ban on registration: where it was, at all other places, and how they add up.
    """

    determinants: Determinants | None = None
    pooled: DzudEffect | None = None
    arrivals: DzudEffect | None = None
    dzuds: tuple[DzudEffect, ...] = ()
    dzuds_by_herd: tuple[DzudEffect, ...] = ()
    later: tuple[DzudForecast, ...] = ()
    between: BetweenPlaces | None = None
    ban: RegistrationBan | None = None
    spillovers: Spillovers | None = None
    ban_accounts: BanAccounts | None = None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ahead:
    """How well margins could be forecast in the past, and the forecast of the model that won.

    Attributes
    ----------
    origins
        First and last year from which forecasts were made.
    scores, apart
        ``score_table`` over all cells, and over those of the capital.
    choice
        The model that won, by the stated rule.
    forecast
        The years after the last count.
    """

    origins: tuple[int, int]
    scores: pl.DataFrame
    apart: pl.DataFrame
    choice: Choice
    forecast: MarginForecast


@dataclass(frozen=True)
class Routes:
    """Tables estimated from margins, and the same method tested in countries that count their flows."""

    flows: EstimatedFlows
    tested: TableValidation


@dataclass(frozen=True)
class FlowStudy:
    """What holds moves back in a country that counts its flows, and which model tells unseen flows best.

    Attributes
    ----------
    effects
        Of distance and borders, sizes of places being equal.
    comparison
        Every model on flows that it had not seen.
    worth
        Unconstrained gravity against itself without each of its terms, on places that it had not seen.
    """

    effects: tuple[MarginalEffect, ...]
    comparison: ComparisonTable
    worth: ComparisonTable


@dataclass(frozen=True)
class Policies:
    """Answers to the goals of a country's pack, in the order of their files."""

    answers: tuple[PolicyAnswer, ...]
