"""Gravity models by what they take as known: nothing, departures, arrivals, or both (Wilson's family)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from nuudel.base.errors import ModelError
from nuudel.model.gravity.balancing import Constraint, balance, fitted_to_margins
from nuudel.model.gravity.factors import PlaceFactors, Side, place_factors, side_groups, side_size
from nuudel.model.gravity.protocol import Floats, Margins, covariate, log_covariate, summed_by
from nuudel.model.panel import FlowPanel
from nuudel.model.ppml.effects import EffectName
from nuudel.model.ppml.estimate import fit_ppml
from nuudel.model.ppml.result import PpmlFit

Form = Literal["log", "level"]
SIDES: Mapping[Constraint, tuple[Side, ...]] = {
    "none": ("year",),
    "production": ("origin",),
    "attraction": ("destination",),
    "doubly": ("origin", "destination"),
}
EFFECTS: Mapping[Constraint, tuple[EffectName, ...]] = {
    "none": ("year",),
    "production": ("origin-year",),
    "attraction": ("destination-year",),
    "doubly": ("origin-year", "destination-year"),
}
TOLERANCE = 1e-10  # of the estimate, so that coefficients agree with published ones to the printed digits


@dataclass(frozen=True)
class Term:
    """A covariate in the exponent: as its logarithm (a power of it) or as it is (an exponential)."""

    covariate: str
    form: Form = "log"

    @property
    def label(self) -> str:
        """Name of the column in the estimate."""
        return f"log {self.covariate}" if self.form == "log" else self.covariate

    def values(self, panel: FlowPanel) -> Floats:
        """Shape (N,)."""
        return (log_covariate if self.form == "log" else covariate)(panel, self.covariate)


@dataclass(frozen=True)
class Gravity:
    """Expected flow = factors of the constraint × exp(Σ coefficient × term), estimated as a Poisson model.

    Attributes
    ----------
    name
        What tables call the model.
    constraint
        ``none``: one level a year. ``production`` (``attraction``): a factor for each origin (destination)
        and year, so that its out-migrants (in-migrants) are met. ``doubly``: both.
    terms
        Covariates, K of them.
    origin_mass, destination_mass
        Covariates to which the factor of a place never observed is proportional.

    Notes
    -----
    Sources: Wilson (1971), Environment and Planning 3, 1-32 (family and balancing factors); Flowerdew &
    Aitkin (1982), Journal of Regional Science 22, 191-202 (Poisson estimation).
    """

    name: str
    constraint: Constraint
    terms: tuple[Term, ...]
    origin_mass: str | None = None
    destination_mass: str | None = None

    def fit(self, panel: FlowPanel) -> "FittedGravity":
        """Estimate from all cells of the panel.

        Raises
        ------
        ModelError
            ``MODEL-201``, ``MODEL-202``, ``MODEL-204``; ``MODEL-208`` where nobody moved; those of
            ``fit_ppml``, above all ``MODEL-156``: a term says nothing that the others and the effects do not.
        """
        if not panel.flow.sum() > 0:
            raise ModelError(208, "nobody moved in the known cells.", "Give cells with migrants.", ("flow",))
        sides = SIDES[self.constraint]
        columns = {term.label: term.values(panel) for term in self.terms}
        estimate = fit_ppml(
            panel.with_covariates(**columns),
            tuple(columns),
            effects=EFFECTS[self.constraint],
            cluster=("origin", "destination") if columns else "robust",  # nothing to cluster without one
            tolerance=TOLERANCE,
        )
        predictor = self.columns(panel) @ estimate.coefficients
        centre = float(predictor.mean())
        seed = np.exp(predictor - centre) * estimate.used  # separated cells are expected to be empty
        groups = [side_groups(panel, side) for side in sides]
        totals = [summed_by(g, panel.flow, side_size(panel, s)) for g, s in zip(groups, sides, strict=True)]
        factors = balance(seed, groups, totals)
        each = [factor[group] for factor, group in zip(factors, groups, strict=True)]
        expected = seed * np.prod(each, axis=0)
        masses = {"origin": self.origin_mass, "destination": self.destination_mass}
        return FittedGravity(
            model=self,
            estimate=estimate,
            centre=centre,
            factors=tuple(
                place_factors(panel, side, factor, rest=without(expected, own), mass=masses.get(side))
                for side, factor, own in zip(sides, factors, each, strict=True)
            ),
            expected=expected,
        )

    def columns(self, panel: FlowPanel) -> Floats:
        """Values of the terms, shape (N, K)."""
        if not self.terms:
            return np.zeros((panel.flow.size, 0))
        return np.column_stack([term.values(panel) for term in self.terms])


@dataclass(frozen=True)
class FittedGravity:
    """An estimated gravity model.

    Attributes
    ----------
    model
        The specification.
    estimate
        Of the coefficients, one for each term of the model, with errors clustered by origins and by
        destinations.
    centre
        Mean of Σ coefficient × term, taken out of the factors.
    factors
        For each side that is constrained, its factors by place and year (balancing factor times margin);
        without a constraint, the levels of the years.
    expected
        Fitted flows, shape (N,), persons.
    """

    model: Gravity
    estimate: PpmlFit
    centre: float
    factors: tuple[PlaceFactors, ...]
    expected: Floats

    @property
    def coefficient(self) -> Mapping[str, float]:
        """Coefficient of each covariate by its name."""
        return self.by_covariate(self.estimate.coefficients)

    @property
    def standard_error(self) -> Mapping[str, float]:
        """Standard error of each coefficient, clustered by origins and by destinations."""
        return self.by_covariate(self.estimate.standard_errors)

    def by_covariate(self, values: Floats) -> Mapping[str, float]:
        names = [term.covariate for term in self.model.terms]
        return dict(zip(names, values.tolist(), strict=True))

    def constant(self) -> Mapping[int, float]:
        """Constant of the unconstrained model by year: logarithm of its level."""
        level = self.factors[0].factors
        logs = np.log(level.values[:, 0]) - self.centre
        return dict(zip(level.years, logs.tolist(), strict=True))

    def predict(self, cells: FlowPanel, margins: Margins | None = None) -> Floats:
        """Expected flows of the cells, shape (N,), persons.

        Without margins, the factors of the last known year are carried on; a place never observed gets the
        factor per head of the others. With margins, the constrained models meet those they constrain.

        Raises
        ------
        ModelError
            ``MODEL-201``, ``MODEL-202``, ``MODEL-204``, ``MODEL-205``; ``MODEL-203``: a place was never
            observed and the model has no mass for it.
        """
        seed = np.exp(self.model.columns(cells) @ self.estimate.coefficients - self.centre)
        if margins is not None and self.model.constraint != "none":
            return fitted_to_margins(seed, cells, margins, self.model.constraint)
        for factors in self.factors:
            seed = seed * factors.at(cells)
        return seed


def without(expected: Floats, factor: Floats) -> Floats:
    return np.divide(expected, factor, out=np.zeros_like(expected), where=factor > 0)


def gravity(
    constraint: Constraint = "none",
    *,
    deterrence: Literal["power", "exponential"] = "power",
    distance: str = "distance_km",
    masses: tuple[str, str] = ("origin_population", "destination_population"),
    others: tuple[Term, ...] = (),
    name: str | None = None,
) -> Gravity:
    """A gravity model of the usual form: masses that are not constrained, distance, and further terms.

    Parameters
    ----------
    constraint
        What is met: ``none``, ``production``, ``attraction`` or ``doubly``.
    deterrence
        ``power``: d^β; ``exponential``: exp(β d). β is negative where flows fade.
    distance, masses
        Covariates of the panel: distance, and mass of origin and destination.
    others
        Further terms, e.g. ``Term("contiguity", "level")``.
    name
        By default the constraint and the deterrence.
    """
    terms = [Term(distance, "log" if deterrence == "power" else "level"), *others]
    if constraint in ("none", "attraction"):
        terms.insert(0, Term(masses[0]))
    if constraint in ("none", "production"):
        terms.insert(-1 - len(others), Term(masses[1]))
    word = {"none": "unconstrained", "doubly": "doubly constrained"}.get(
        constraint, f"{constraint}-constrained"
    )
    return Gravity(name or f"gravity, {word}, {deterrence}", constraint, tuple(terms), *masses)


def competing_destinations(
    constraint: Constraint = "production",
    *,
    deterrence: Literal["power", "exponential"] = "power",
    accessibility: str = "accessibility",
    distance: str = "distance_km",
    masses: tuple[str, str] = ("origin_population", "destination_population"),
) -> Gravity:
    """Gravity with the accessibility of a destination to the other destinations.

    A negative coefficient means that destinations compete, a positive one that they draw together. The
    covariate comes from ``geography.with_accessibility``.

    Notes
    -----
    Source: Fotheringham (1983), Environment and Planning A 15, 15-36.
    """
    return gravity(
        constraint,
        deterrence=deterrence,
        distance=distance,
        masses=masses,
        others=(Term(accessibility),),
        name=f"competing destinations, {deterrence}",
    )
