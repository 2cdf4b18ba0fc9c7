"""Money, effects and aims of a policy search in the words of a report."""

from typing import TYPE_CHECKING

from nuudel.publication.charts.style import known_decimals, number, span
from nuudel.publication.report.material import Material

if TYPE_CHECKING:
    from nuudel.model.policy.answer import PolicyAnswer

TRILLION, BILLION = 1e12, 1e9
# At most this share of a range's width is lost by its rounding; a share is said with one decimal at most.
SHARE_DECIMALS = 1
# A lever's share of the effect that rounds to the whole.
ALL_OF_IT = 0.995


def scale_of(amount: float) -> float:
    """What money is counted in: billions, or trillions from two of them on."""
    return TRILLION if abs(amount) >= 2 * TRILLION else BILLION


def money(material: Material, *amounts: float, digits: int = 2) -> str:
    """An amount of money to two digits that count, or a range from the first amount to the last."""
    scale = scale_of(amounts[-1])
    key = "policy.trillion" if scale == TRILLION else "policy.billion"
    values = [amount / scale for amount in amounts]
    said = [number(v, digits - len(str(int(abs(v)))) if abs(v) >= 1 else digits) for v in values]
    return material.words(key, n="–".join(said))


def money_unit(material: Material, answer: "PolicyAnswer") -> str:
    """The unit that all amounts of an answer are counted in."""
    key = "policy.trillions" if scale_of(answer.goal.budget.total) == TRILLION else "policy.billions"
    return material.words(key)


def aim_of(material: Material, answer: "PolicyAnswer") -> str:
    """What the search was to change."""
    words, objective = material.words, answer.goal.objective
    if objective.indicator == "unmet":
        return words(
            "policy.unmet",
            capacity=material.capacity(objective.capacity),
            first=objective.first,
            last=objective.last,
        )
    place = material.name(objective.place)
    key = "policy.population_share" if objective.indicator == "population_share" else "policy.population"
    return words(key, place=place, year=objective.first)


def effect_unit(material: Material, answer: "PolicyAnswer") -> str:
    """The unit of an effect; unmet need is counted in years of users, of schools in school years."""
    if answer.unit in ("share", "persons"):
        return material.words(f"policy.{'points' if answer.unit == 'share' else 'persons'}")
    schools = answer.goal.objective.capacity == "schools"
    return material.words("policy.school_years" if schools else "policy.user_years")


def percent(share: float, decimals: int = 0) -> str:
    """A share of 0 to 1 in per cent, which does not break from its sign."""
    return f"{number(100 * share, decimals)}\u00a0%"


def spent_over_years(answer: "PolicyAnswer") -> float:
    """Money that the mix spends, not discounted: each amount is the same in all years of its row."""
    budget, first = answer.goal.budget, answer.goal.periods.first
    spent = 0.0
    for since, to, cost in answer.mix.select("from", "to", "cost").iter_rows():
        worth = [(1 + budget.discount_rate) ** (first - year) for year in range(since, to + 1)]
        spent += cost * len(worth) / sum(worth)
    return spent


def effect_range(
    material: Material, answer: "PolicyAnswer", low: float, high: float, decimals: int = SHARE_DECIMALS
) -> str:
    """The 80 per cent range of an effect, in percentage points, persons or years of users."""
    if low is None or high is None:
        return "–"
    if answer.unit == "share":
        return span(100 * low, 100 * high, decimals, signed=True)
    return span(low, high, min(known_decimals(low, high), 0), signed=True)


def say_effect(material: Material, answer: "PolicyAnswer", value: float, low: float, high: float) -> str:
    """A value of the indicator itself, as exact as the range of the effect."""
    if answer.unit == "share":
        return percent(value, SHARE_DECIMALS)
    return number(value, min(known_decimals(low, high), 0))
