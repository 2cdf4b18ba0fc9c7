"""Rounds of assessments, area by area: one figure of several, change, coverage, areas that were missed."""

from nuudel.statistics.assessment_rounds.breakdowns import GROUPS, breakdown, needs, sex_and_age, wrong_sums
from nuudel.statistics.assessment_rounds.change import Change, change, coverage
from nuudel.statistics.assessment_rounds.estimates import OUTSIDE, Estimates, estimate
from nuudel.statistics.assessment_rounds.triangulation import triangulate

__all__ = [
    "GROUPS",
    "OUTSIDE",
    "Change",
    "Estimates",
    "breakdown",
    "change",
    "coverage",
    "estimate",
    "needs",
    "sex_and_age",
    "triangulate",
    "wrong_sums",
]
