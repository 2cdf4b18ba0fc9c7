"""What each source counts, and the figures of all sources in one form."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import polars as pl

from nuudel.base.errors import StatisticsError
from nuudel.base.provenance import Source, Text


class Bias(StrEnum):
    """On which side of the truth a source is known to lie."""

    UNDER = "under"
    OVER = "over"
    NONE = "none"
    UNKNOWN = "unknown"


class Qualifier(StrEnum):
    """How firmly a figure is stated."""

    EXACT = "exact"
    ABOUT = "about"
    AT_LEAST = "at least"
    AT_MOST = "at most"


UNKNOWN = "unknown"
"""The duration class of the ledger's code list for sources that do not state it."""
WORDS = {
    "": Qualifier.EXACT,
    "exact": Qualifier.EXACT,
    "all": Qualifier.EXACT,
    "about": Qualifier.ABOUT,
    "almost": Qualifier.ABOUT,
    "preliminary": Qualifier.ABOUT,
    "over": Qualifier.AT_LEAST,
    "more than": Qualifier.AT_LEAST,
    "at least": Qualifier.AT_LEAST,
    "up to": Qualifier.AT_MOST,
    "at most": Qualifier.AT_MOST,
}


def read_qualifier(word: str | None) -> Qualifier:
    """The qualifier that a document's word stands for.

    Raises
    ------
    StatisticsError
        ``STATISTICS-331`` the word is unknown.
    """
    found = WORDS.get((word or "").strip().lower())
    if found is None:
        near = difflib.get_close_matches(str(word), list(WORDS), n=1) or ["about"]
        raise StatisticsError(
            331,
            f"the qualifier {word!r} is unknown.",
            f"Use a known one, for example {near[0]!r}.",
            ("qualifier",),
        )
    return found


@dataclass(frozen=True)
class SourceConcept:
    """One row of the table of sources: what a source counts and what is known of its error.

    Parameters
    ----------
    key
        Short name of the source, e.g. ``census``.
    source
        Who published it.
    concept
        What is counted, as a code that is the same for sources that count the same thing.
    duration
        Duration class of the stay or move (ledger's code list, or the source's own words).
    coverage, period
        Whom the source reaches, and which time its figure refers to, for readers.
    bias
        Known direction of its error.
    bias_percent, bias_sd_percent
        The source's lasting error as a prior: it counts about this many per cent too many (negative: too
        few), known to about so many per cent.
    error_percent
        Error of a single figure where the source states no standard error.
    assumptions
        What was assumed to make it comparable, for readers; see ``assume``.
    """

    key: str
    source: Source
    concept: str
    duration: str
    coverage: Text
    period: Text
    bias: Bias
    bias_percent: float = 0.0
    bias_sd_percent: float = 10.0
    error_percent: float | None = None
    assumptions: tuple[Text, ...] = ()

    def __post_init__(self) -> None:
        if self.bias_percent <= -100 or self.bias_sd_percent < 0.001 or (self.error_percent or 1) <= 0:
            raise StatisticsError(
                332,
                f"source {self.key}: the error is given in per cent; its spreads must be positive.",
                "Give for example bias_percent=-20, bias_sd_percent=10, error_percent=2.",
                ("bias_percent", "bias_sd_percent", "error_percent"),
            )
        wrong = {
            Bias.UNDER: self.bias_percent > 0,
            Bias.OVER: self.bias_percent < 0,
            Bias.NONE: self.bias_percent != 0,
        }
        if wrong.get(self.bias, False):
            raise StatisticsError(
                332,
                f"source {self.key}: a bias of {self.bias_percent:g} % contradicts its direction.",
                "Correct the sign or the direction.",
                ("bias", "bias_percent"),
            )

    def assume(
        self,
        *,
        concept: str,
        duration: str,
        reason: Text,
        bias: Bias,
        bias_percent: float,
        bias_sd_percent: float,
    ) -> "SourceConcept":
        """Declare that this source may stand for another concept, with which error, and say why."""
        return replace(
            self,
            concept=concept,
            duration=duration,
            bias=bias,
            bias_percent=bias_percent,
            bias_sd_percent=bias_sd_percent,
            assumptions=(*self.assumptions, reason),
        )


@dataclass(frozen=True)
class Estimate:
    """One figure of a census, survey or register.

    Parameters
    ----------
    concept
        Which source, and what it counts.
    place, year
        Place code and calendar year.
    value
        Persons, more than 0.
    standard_error
        Persons, as a survey states it; None for a count.
    coverage_rate
        Share of the persons concerned that the source reached (0 to 1], where it is known.
    qualifier
        Whether the figure is a bound ("over", "up to") or approximate ("about").
    reference
        Where it is printed.
    """

    concept: SourceConcept
    place: str
    year: int
    value: float
    standard_error: float | None = None
    coverage_rate: float | None = None
    qualifier: Qualifier = Qualifier.EXACT
    reference: str = ""

    def __post_init__(self) -> None:
        where = f"{self.concept.key}, {self.place} {self.year}"
        if not (np.isfinite(self.value) and self.value > 0):
            raise StatisticsError(
                333, f"the value of {where} is not above 0.", "Leave it out, or give the count.", ("value",)
            )
        if self.standard_error is not None and not self.standard_error > 0:
            raise StatisticsError(
                333,
                f"the standard error of {where} is not above 0.",
                "Leave it out for a count.",
                ("standard_error",),
            )
        if self.coverage_rate is not None and not 0 < self.coverage_rate <= 1:
            raise StatisticsError(
                333,
                f"the coverage rate of {where} is not between 0 and 1.",
                "Give a share.",
                ("coverage_rate",),
            )

    @property
    def full_value(self) -> float:
        """The value raised to full coverage."""
        return self.value / (self.coverage_rate or 1.0)


def check_same_concept(estimates: Iterable[Estimate]) -> None:
    """Refuse figures that count different things.

    Raises
    ------
    StatisticsError
        ``STATISTICS-334`` concepts differ, ``STATISTICS-335`` duration classes differ or are unknown: two
        unknown durations are not known to be the same.
    """
    sources = sorted({(e.concept.concept, e.concept.duration, e.concept.key) for e in estimates})
    for number, part, name in ((334, 0, "concept"), (335, 1, "duration class")):
        first = sources[0]
        other = next((s for s in sources if s[part] != first[part] or s[part] == UNKNOWN), None)
        if other is not None:
            raise StatisticsError(
                number,
                f"{first[2]} counts {first[part]!r}, {other[2]} counts {other[part]!r}: not the same {name}.",
                "Compare them instead, or declare with assume() why one may stand for the other.",
                (name,),
            )


def source_table(concepts: Sequence[SourceConcept], lang: str = "en") -> pl.DataFrame:
    """The table of what each source counts, one row per source, in a reader's language."""
    return pl.DataFrame(
        {
            "source": [c.key for c in concepts],
            "institution": [c.source.institution[lang] for c in concepts],
            "concept": [c.concept for c in concepts],
            "duration": [c.duration for c in concepts],
            "coverage": [c.coverage[lang] for c in concepts],
            "period": [c.period[lang] for c in concepts],
            "bias": [str(c.bias) for c in concepts],
            "bias_percent": [c.bias_percent for c in concepts],
            "bias_sd_percent": [c.bias_sd_percent for c in concepts],
            "assumptions": [" ".join(a[lang] for a in c.assumptions) for c in concepts],
        }
    )
