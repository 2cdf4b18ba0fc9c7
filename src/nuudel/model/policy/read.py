"""Goals of policy from YAML files, read strictly."""

import math
from pathlib import Path

from nuudel.base.errors import ModelError
from nuudel.model.policy.goal import Fairness, Goal, Objective
from nuudel.model.scenarios.strict_yaml import Lines, read_strict

# Fewer draws do not show a share of them.
LEAST_DRAWS = 8
MOST_DRAWS, MOST_STARTS = 10_000, 100


def read_goal(path: Path) -> Goal:
    """Read one goal; its name is the file's.

    Raises
    ------
    ModelError
        ``MODEL-731`` to ``MODEL-734``: not YAML, or an unknown, double or missing key, or a value of the
        wrong kind; ``MODEL-771`` to ``MODEL-775``: values that contradict each other.
    """
    goal, lines = read_strict(path, Goal)
    if goal.name != path.stem:
        refuse(771, lines, "$.name", f"the name is {goal.name!r}", f"Write {path.stem!r}, the file's name.")
    check_objective(goal.objective, lines)
    check_chance(goal, lines)
    check_money(goal, lines)
    check_levers(goal, lines)
    for index, item in enumerate(goal.fairness):
        check_fairness(item, f"$.fairness[{index}]", lines)
    check_draws(goal, lines)
    return goal


def check_objective(objective: Objective, lines: Lines) -> None:
    at = "$.objective"
    if objective.indicator == "unmet":
        if not objective.capacity:
            refuse(772, lines, at, "unmet needs a capacity", "Name it: schools, housing …")
        if objective.last < objective.first:
            refuse(772, lines, f"{at}.to", "the years end before they begin", "Put the later year in to.")
        return
    if not objective.place or objective.capacity:
        refuse(
            772,
            lines,
            at,
            f"{objective.indicator} needs a place and no capacity",
            "Name the place's code, such as MN11.",
        )
    if objective.first != objective.last:
        refuse(772, lines, f"{at}.to", "a stock is of one year", "Write the same year in from and to.")


def check_chance(goal: Goal, lines: Lines) -> None:
    if goal.chance is None:
        if goal.objective.aim == "reach":
            refuse(773, lines, "$.objective.aim", "nothing is to be reached", "State a chance with a target.")
        return
    if not 0.5 <= goal.chance.share <= 0.99:
        refuse(
            773,
            lines,
            "$.chance.share",
            "the share of draws lies outside 0.5 to 0.99",
            "State a share such as 0.8.",
        )
    if not math.isfinite(goal.chance.target) or goal.chance.target <= 0:
        refuse(
            773,
            lines,
            "$.chance.target",
            "the target is not a positive number",
            "State what is to be reached.",
        )


def check_money(goal: Goal, lines: Lines) -> None:
    budget = goal.budget
    if not 0 < budget.total < math.inf or not budget.yearly > 0:
        refuse(774, lines, "$.budget", "the budget is not positive and finite", "State it in currency.")
    if not 0 <= budget.discount_rate < 1:
        refuse(
            774, lines, "$.budget.discount_rate", "the rate lies outside 0 to 1", "Write 0.05 for 5 per cent."
        )


def check_levers(goal: Goal, lines: Lines) -> None:
    names = [limit.lever for limit in goal.levers]
    if not names or len(set(names)) < len(names):
        refuse(775, lines, "$.levers", "no lever, or one twice", "Name each lever once, with all its places.")
    for index, limit in enumerate(goal.levers):
        at = f"$.levers[{index}]"
        if not limit.most > 0 or not limit.most_together > 0:
            refuse(775, lines, at, "a limit is not positive", "Leave the lever out, or allow some of it.")
        if len(set(limit.places)) < len(limit.places):
            refuse(775, lines, f"{at}.places", "a place is there twice", "Keep one.")
    periods = goal.periods
    if periods.last < periods.first or periods.years < 1:
        refuse(775, lines, "$.periods", "there is no year in the periods", "Put the later year in to.")


def check_fairness(item: Fairness, at: str, lines: Lines) -> None:
    if not 0 < item.limit < math.inf:
        refuse(774, lines, f"{at}.limit", "the limit is not positive and finite", "State a positive number.")
    if (item.measure == "unmet") != bool(item.capacity):
        refuse(774, lines, at, "a capacity goes with unmet, and with nothing else", "Name schools, housing …")
    if item.measure == "spending_per_head":
        if item.of == "baseline":
            refuse(774, lines, f"{at}.of", "nothing is spent without levers", "Count the limit in amount.")
    elif item.year == 0:
        refuse(774, lines, at, "the year is missing", "State the year at whose beginning it is measured.")


def check_draws(goal: Goal, lines: Lines) -> None:
    if goal.draws < LEAST_DRAWS or goal.fresh_draws < LEAST_DRAWS:
        refuse(
            775, lines, "$.draws", f"fewer than {LEAST_DRAWS} draws", "Ask for 64, and as many fresh draws."
        )
    if max(goal.draws, goal.fresh_draws) > MOST_DRAWS:
        refuse(775, lines, "$.draws", f"more than {MOST_DRAWS} draws", "A few hundred show a chance well.")
    if not 1 <= goal.starts <= MOST_STARTS:
        refuse(775, lines, "$.starts", f"not 1 to {MOST_STARTS} starting points", "Ask for three.")
    if goal.seed < 0:
        refuse(775, lines, "$.seed", "the seed is negative", "Write a whole number from 0 on.")
    if not 0 <= goal.recheck <= 1:
        refuse(775, lines, "$.recheck", "the share of people lies outside 0 to 1", "Write 0.1 for a tenth.")


def refuse(number: int, lines: Lines, path: str, problem: str, next_step: str) -> None:
    raise ModelError(number, f"{lines.where(path)}: {problem}.", next_step, (path.removeprefix("$."),))
