"""Checks that several files of scenarios share: intervals and words."""

import numpy as np

from nuudel.base.errors import ModelError
from nuudel.model.scenarios.lever import Words
from nuudel.model.scenarios.strict_yaml import Lines


def check_interval(
    low: float, size: float, high: float, lines: Lines, at: str, *, spread: str = "normal"
) -> None:
    """``MODEL-735``: the size is not within its interval, or a log-normal one crosses 0."""
    finite = bool(np.isfinite([low, size, high]).all())
    if not (finite and low <= size <= high):
        raise ModelError(
            735,
            f"{lines.where(at)}: the size {size:g} is not between low {low:g} and high {high:g}.",
            "Give the median and the ends of an 80 per cent interval in their order.",
            ("low", "high"),
        )
    if spread == "lognormal" and not low * high > 0:
        raise ModelError(
            735,
            f"{lines.where(at)}: a log-normal size from {low:g} to {high:g} is not on one side of 0.",
            "Write spread: normal, or move the interval to one side of 0.",
            ("low", "high", "spread"),
        )


def check_words(words: Words, languages: tuple[str, ...], lines: Lines, at: str) -> None:
    """``MODEL-739``: a language is missing, unknown, or without text."""
    for language in languages:
        if not words.get(language, "").strip():
            raise ModelError(
                739, f"{lines.where(at)}: the text in {language!r} is missing.", "Write it.", (language,)
            )
    for language in words:
        if language not in languages:
            raise ModelError(
                739,
                f"{lines.where(at)}: the language {language!r} is not one of {', '.join(languages)}.",
                "Correct its code, or leave the text out.",
                (language,),
            )
