"""What a policy search found: the mix, its effect and chance, what binds, and what is next best."""

from dataclasses import dataclass

import polars as pl

from nuudel.model.policy.goal import Goal


@dataclass(frozen=True, eq=False)
class PolicyAnswer:
    """The answer to a goal. An effect is the indicator with levers less that without, in the same draws.

    All figures are scenarios (``quality`` = ``scenario``): they rest on assumed sizes of effects. ``low80``
    and ``high80`` are the 10th and 90th percentile of draws; ``chance`` is a share of draws. Money is in
    the currency of the goal's budget, at present value. Reported effects come from fresh draws.

    Attributes
    ----------
    goal
        What was asked.
    unit
        Unit of the indicator: ``share``, ``persons`` or ``user years``.
    draws, fresh_draws
        Number of draws that were optimised over, and of those that the answer is reported on.
    feasible
        Whether every limit, the chance and fairness included, can be kept together.
    cost, spent_share
        Present value of the mix, and its share of the total budget.
    without, effect, low80, high80, chance
        On fresh draws: mean of the indicator without levers, mean effect and its 80 % interval, and share
        of draws that reach the target (NaN where the goal has none).
    optimism
        Mean effect on the draws that were optimised over less that on fresh draws.
    indicator
        frame(year, median_without, low80_without, high80_without, median, low80, high80): the indicator
        year by year on fresh draws (``unmet``: of each year, not summed).
    mix
        frame(lever, place, from, to, amount, unit, cost, effect, low80, high80, chance): one row per
        lever, place and period in use; ``amount`` a year; ``effect`` is what is lost without this row
        (the effect of the whole mix less that of the mix without it), ``chance`` the share of draws in
        which it moves the indicator to the wanted side. ``place`` is a code.
    levers
        frame(lever, title_en, title_mn, concept, amount, unit, cost, cost_low, cost_high, alone, left_out,
        shapley, low80, high80, chance, evidence, dominated_by): one row per lever that the goal allows;
        ``concept`` is ``registration`` where only the register changes; ``amount`` of all places and years;
        ``cost_low`` and ``cost_high`` at the ends of the unit cost's 80 % interval; ``alone`` its effect
        without the others, ``left_out`` the effect lost without it, ``shapley`` its fair share of the whole
        effect (they sum to it), with interval and chance of ``shapley``'s draws; ``evidence`` is the
        weakest that its sizes rest on (``estimated``, ``literature``, ``assumption``); ``dominated_by`` a
        lever that does more for the same money in every place and period, or empty.
    binding
        frame(constraint, side, limit, value, slack, unit, binding, shadow_price): every constraint at the
        mix found (of an infeasible goal: at the mix that breaks them least). ``slack`` is negative where
        it is broken; ``shadow_price`` is the change of the objective per unit of the limit.
    relaxation
        frame(constraint, limit, least_limit, change, unit): of an infeasible goal, for each constraint that
        takes part in the conflict the limit that would make the goal feasible alone; null where none would.
    conflicts
        Names of the constraints that cannot be kept together (a least set of them); empty if feasible.
    front
        frame(budget, cost, effect, low80, high80, chance, converged): budgets from nothing to the whole.
    starts
        frame(start, objective, converged, iterations, reason): ``objective`` is of the draws optimised over.
    recheck
        frame(what, projection, microsimulation, error, agrees, fraction, runs): the mix and one
        path without and with it, and the effect, simulated person by person;
        ``error`` is the standard error of the simulation's mean,
        ``agrees`` at the 1 per cent level (Student's t).
    next_best
        frame(lever, place, from, to, unit, gain, used, full): gain per billion of currency at the margin,
        in the indicator's unit and to the wanted side, the best first; ``used`` whether the mix has it,
        ``full`` whether it is at its limit.
    without_top
        frame(lever, place, from, to, amount, unit, cost): the best mix without the lever that does most.
    top, without_top_effect
        Its name, and the mean effect of that mix on fresh draws.
    fairness
        frame(place, measure, side, floor, value, slack, chance): at the mix, on fresh draws.
    sizes
        frame(case, lever, cost, left_out, rank, effect, chance, held): the mix found again with other
        sizes of effects: ``central``, ``all_weak``, ``all_strong`` (ends of the stated intervals) and
        ``weak:LEVER``, only that lever's at the weak end. ``left_out`` is the effect lost without the
        lever, ``rank`` goes by it; ``effect`` and ``chance`` are of the mix found again, ``held`` is the
        effect of the answer's own mix if the sizes are those of the case.
    holds
        Whether the lever that does most is the same in all cases of ``sizes``.
    assumed_share
        Share of the effect (by Shapley) of levers whose sizes rest on an assumption.
    """

    goal: Goal
    unit: str
    draws: int
    fresh_draws: int
    feasible: bool
    cost: float
    spent_share: float
    without: float
    effect: float
    low80: float
    high80: float
    chance: float
    optimism: float
    indicator: pl.DataFrame
    mix: pl.DataFrame
    levers: pl.DataFrame
    binding: pl.DataFrame
    relaxation: pl.DataFrame
    conflicts: tuple[str, ...]
    front: pl.DataFrame
    starts: pl.DataFrame
    recheck: pl.DataFrame
    next_best: pl.DataFrame
    without_top: pl.DataFrame
    top: str
    without_top_effect: float
    fairness: pl.DataFrame
    sizes: pl.DataFrame
    holds: bool
    assumed_share: float
    quality: str = "scenario"
