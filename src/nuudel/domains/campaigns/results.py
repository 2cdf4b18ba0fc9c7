"""What came of a training: who was there, and the scores before and after."""

from dataclasses import dataclass

from nuudel.domains.campaigns.codes import SEXES
from nuudel.domains.campaigns.models import Training


def present_by_sex(training: Training) -> dict[str, int]:
    """Persons present by sex: off the list of participants; where none is kept, as they were counted."""
    present = dict.fromkeys(SEXES, 0)
    listed = list(training.participants.filter(state="recorded").values_list("sex", "attended"))
    for sex, attended in listed:
        present[sex] += attended
    if not listed:
        present["female"] = training.counted_women or 0
        present["male"] = training.counted_men or 0
    return present


@dataclass(frozen=True)
class Scores:
    """Mean scores, percent, of those who have both; None where nobody has."""

    persons: int
    before: float | None
    after: float | None


def scores_of(training: Training) -> Scores:
    """The scores of a training: of the same persons before and after, or they could not be compared."""
    rows = training.participants.filter(state="recorded", attended=True)
    pairs = rows.values_list("pre_score", "post_score")
    return mean_scores(
        [(before, after) for before, after in pairs if before is not None and after is not None]
    )


def mean_scores(pairs: list[tuple[int, int]]) -> Scores:
    """Means of pairs of scores, before and after."""
    if not pairs:
        return Scores(0, None, None)
    before, after = (sum(scores) / len(pairs) for scores in zip(*pairs, strict=True))
    return Scores(len(pairs), before, after)
