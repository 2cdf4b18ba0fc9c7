"""The model of linkage: what is compared, at which levels, and which pairs are looked at.

Fellegi and Sunter's model as Splink computes it: each level of each comparison has the probability ``m``
among pairs of one person and ``u`` among pairs of two; the weights of the levels add up.
"""

from dataclasses import dataclass
from typing import Any

GIVEN, PATRONYMIC, BIRTH, NUMBER, MOTHER, SEX = "given", "patronymic", "birth", "number", "mother", "sex"


@dataclass(frozen=True)
class Level:
    """One level of a comparison.

    ``agrees`` is the code under which a pair names the agreement, "" where the level is none. ``m`` is where
    training begins, and what holds where the register has too few pairs to learn from; ``u`` likewise.
    """

    condition: str
    agrees: str
    m: float
    u: float
    frequency: bool = False  # a frequent value says less than a rare one
    rare: bool = False  # too rare among random pairs for u to be estimated: it keeps its value


SWAPPED = '"given_l" = "patronymic_r" AND "patronymic_l" = "given_r"'
DAY_AND_MONTH = (
    'year("birth_l") = year("birth_r")'
    ' AND month("birth_l") = day("birth_r") AND day("birth_l") = month("birth_r")'
)
TWO_PARTS_OF_A_DATE = (
    '(year("birth_l") = year("birth_r"))::int + (month("birth_l") = month("birth_r"))::int'
    ' + (day("birth_l") = day("birth_r"))::int = 2'
)
# One of two dates stands for the year alone, as in papers of people whose day of birth nobody knew.
YEAR_ALONE = (
    "year(\"birth_l\") = year(\"birth_r\") AND (strftime(\"birth_l\", '%d%m') IN ('0101', '0107')"
    " OR strftime(\"birth_r\", '%d%m') IN ('0101', '0107'))"
)
# Not in the last two digits: these tell apart people of one place, day and sex. Its u is that among people
# born on one day, because the day of birth is counted already.
ONE_SIGN_OF_A_NUMBER = (
    'right("number_l", 2) = right("number_r", 2) AND damerau_levenshtein("number_l", "number_r") <= 1'
)


def one_letter(column: str) -> str:
    """One letter more, less or other, or two exchanged; not in names of three letters or fewer."""
    return (
        f'least(length("{column}_l"), length("{column}_r")) > 3 AND '
        f'damerau_levenshtein("{column}_l", "{column}_r") <= 1'
    )


COMPARISONS: dict[str, tuple[Level, ...]] = {
    GIVEN: (
        Level('"given_l" = "given_r"', "given_name", 0.84, 0.0011, frequency=True),
        Level(SWAPPED, "names_swapped", 0.03, 1e-6, rare=True),
        Level(one_letter(GIVEN), "given_name_nearly", 0.08, 0.0012),
        Level('jaro_winkler_similarity("given_l", "given_r") >= 0.88', "given_name_nearly", 0.03, 0.008),
        Level("ELSE", "", 0.02, 0.989),
    ),
    PATRONYMIC: (
        Level('"patronymic_l" = "patronymic_r"', "patronymic", 0.84, 0.0022, frequency=True),
        Level(SWAPPED, "names_swapped", 0.03, 1e-6, rare=True),
        Level(one_letter(PATRONYMIC), "patronymic_nearly", 0.08, 0.002),
        Level(
            'jaro_winkler_similarity("patronymic_l", "patronymic_r") >= 0.88',
            "patronymic_nearly",
            0.03,
            0.008,
        ),
        Level("ELSE", "", 0.02, 0.987),
    ),
    BIRTH: (
        Level('"birth_l" = "birth_r"', "birth_date", 0.89, 0.00004, frequency=True),
        Level(DAY_AND_MONTH, "birth_date_swapped", 0.02, 0.00002),
        Level(YEAR_ALONE, "birth_year", 0.02, 0.0006),
        Level(TWO_PARTS_OF_A_DATE, "birth_date_nearly", 0.04, 0.004),
        Level('abs(year("birth_l") - year("birth_r")) <= 1', "", 0.02, 0.04),
        Level("ELSE", "", 0.01, 0.95534),
    ),
    NUMBER: (
        Level('"number_l" = "number_r"', "number", 0.8, 1e-7, rare=True),
        Level(ONE_SIGN_OF_A_NUMBER, "number_nearly", 0.15, 1e-4, rare=True),
        Level("ELSE", "", 0.05, 0.9999989),
    ),
    MOTHER: (
        Level('"mother_l" = "mother_r"', "mother", 0.95, 2e-6, rare=True),
        Level("ELSE", "", 0.05, 0.999998),
    ),
    SEX: (
        Level('"sex_l" = "sex_r"', "sex", 0.99, 0.5),
        Level("ELSE", "", 0.01, 0.5),
    ),
}
COLUMNS = tuple(COMPARISONS)
# Agreements that can show, beside names, that two records are of one person. A date that is only near is not
# among them: many people of one name are born in one year. Nor is the mother: brothers and sisters share her.
EVIDENCE = ("number", "number_nearly", "birth_date", "birth_date_swapped")
# Weaker ones that can do so together.
TOGETHER = (
    ("mother", "birth_date_nearly"),
    ("mother", "given_name", "birth_year"),
    ("given_name", "patronymic", "birth_date_nearly"),
    ("given_name", "patronymic", "birth_year"),
)
# Before anything is known of a register: one record in a hundred is there twice.
DUPLICATES = 0.01
# Pairs that share one of these are compared; no other pair is looked at.
BLOCKS = (
    "l.number = r.number",
    "substr(l.number, 3, 8) = substr(r.number, 3, 8) AND l.sex = r.sex",
    "l.given = r.given AND l.birth = r.birth",
    "l.patronymic = r.patronymic AND l.birth = r.birth",
    "l.given = r.patronymic AND l.patronymic = r.given",
    "l.given = r.given AND l.patronymic = r.patronymic",
    "l.birth = r.birth AND substr(l.given, 1, 2) = substr(r.given, 1, 2)",
    "l.mother = r.mother AND l.sex = r.sex",
    "l.given = r.given AND substr(l.number, 1, 6) = substr(r.number, 1, 6)",
)
# Pairs from which the m are learned: nearly all of them are of one person.
TRAINING = (
    "l.number = r.number",
    "l.given = r.given AND l.patronymic = r.patronymic AND l.birth = r.birth",
)


def settings(records: int) -> dict[str, Any]:
    """The model of a register with so many records, as Splink reads it."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "row",
        "probability_two_random_records_match": min(2 * DUPLICATES / (records - 1), 0.5),
        "comparisons": [comparison(column, levels) for column, levels in COMPARISONS.items()],
        "blocking_rules_to_generate_predictions": [{"blocking_rule": rule} for rule in BLOCKS],
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
        "max_iterations": 20,
    }


def comparison(column: str, levels: tuple[Level, ...]) -> dict[str, Any]:
    return {
        "output_column_name": column,
        "comparison_levels": [
            {
                "sql_condition": f'"{column}_l" IS NULL OR "{column}_r" IS NULL',
                "label_for_charts": "missing",
                "is_null_level": True,
            },
            *(
                {
                    "sql_condition": level.condition,
                    "label_for_charts": level.agrees or "differs",
                    "m_probability": level.m,
                    "u_probability": level.u,
                    "fix_u_probability": level.rare,
                }
                | ({"tf_adjustment_column": column} if level.frequency else {})
                for level in levels
            ),
        ],
    }
