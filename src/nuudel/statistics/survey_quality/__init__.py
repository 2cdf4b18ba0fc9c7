"""Checks of survey rounds while the teams are still in the field: what is doubtful about which submission."""

from nuudel.statistics.survey_quality.checks import Checked, check, check_again, check_whole
from nuudel.statistics.survey_quality.digits import digits, preferences
from nuudel.statistics.survey_quality.flags import DOUBTFUL, FLAGS, IMPOSSIBLE, NOTE
from nuudel.statistics.survey_quality.interviews import minutes
from nuudel.statistics.survey_quality.limits import Limits, limits_on
from nuudel.statistics.survey_quality.robust import robust_z
from nuudel.statistics.survey_quality.tables import NEEDED, Tables

__all__ = [
    "DOUBTFUL",
    "FLAGS",
    "IMPOSSIBLE",
    "NEEDED",
    "NOTE",
    "Checked",
    "Limits",
    "Tables",
    "check",
    "check_again",
    "check_whole",
    "digits",
    "limits_on",
    "minutes",
    "preferences",
    "robust_z",
]
