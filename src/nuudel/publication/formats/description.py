"""All about a table but its figures, as JSON: CSVW and SDMX carry it, so that tables are read back equal."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuudel.base.errors import PublicationError
from nuudel.base.provenance import Caveat, Effect, Quality, Source
from nuudel.publication.tables import Dimension, Measure, Table


def describe(table: Table) -> dict[str, Any]:
    """Everything about a table but its figures, as JSON values; the inverse is ``table_from_description``."""
    return {
        "key": table.key,
        "title": dict(table.title),
        "dimensions": [
            {
                "key": d.key,
                "title": dict(d.title),
                "codes": list(d.codes),
                "labels": {lang: list(labels) for lang, labels in d.labels.items()},
                "is_time": d.is_time,
            }
            for d in table.dimensions
        ],
        "measure": {
            "key": table.measure.key,
            "title": dict(table.measure.title),
            "unit": dict(table.measure.unit),
            "decimals": table.measure.decimals,
        },
        "quality": str(table.quality),
        "sources": [
            {
                "key": s.key,
                "institution": dict(s.institution),
                "title": dict(s.title),
                "identifier": s.identifier,
                "licence": s.licence,
            }
            for s in table.sources
        ],
        "disclosure": dict(table.disclosure),
        "as_of": table.as_of.isoformat(),
        "caveats": [describe_caveat(caveat) for caveat in table.caveats],
    }


def describe_caveat(caveat: Caveat) -> dict[str, Any]:
    return {
        "key": caveat.key,
        "effect": str(caveat.effect),
        "text": dict(caveat.text),
        "columns": list(caveat.columns),
        "places": list(caveat.places),
        "years": list(caveat.years) if caveat.years else None,
    }


def table_from_description(
    text: Mapping[str, Any], values: NDArray[np.float64], status: NDArray[np.int8]
) -> Table:
    """Rebuild a table from ``describe`` and its figures.

    Raises
    ------
    PublicationError
        ``PUBLICATION-153``: the description lacks a key, has an unknown one or a wrong type; and those of
        ``Table``.
    """
    try:
        entries = dict(text)
        dimensions = tuple(read_dimension(entry) for entry in entries.pop("dimensions"))
        return Table(
            dimensions=dimensions,
            measure=Measure(**entries.pop("measure")),
            quality=Quality(entries.pop("quality")),
            sources=tuple(Source(**entry) for entry in entries.pop("sources")),
            as_of=date.fromisoformat(entries.pop("as_of")),
            caveats=tuple(read_caveat(entry) for entry in entries.pop("caveats")),
            values=values,
            status=status,
            **entries,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PublicationError(
            153,
            f"the description of the table is not as Nuudel writes it ({type(error).__name__}: {error}).",
            "Restore the metadata file, or write the table again.",
        ) from None


def read_dimension(entry: Mapping[str, Any]) -> Dimension:
    labels = {lang: tuple(texts) for lang, texts in entry["labels"].items()}
    return Dimension(**{**entry, "codes": tuple(entry["codes"]), "labels": labels})


def read_caveat(entry: Mapping[str, Any]) -> Caveat:
    first_last = entry["years"]
    changed = {
        "effect": Effect(entry["effect"]),
        "columns": tuple(entry["columns"]),
        "places": tuple(entry["places"]),
        "years": (first_last[0], first_last[1]) if first_last else None,
    }
    return Caveat(**{**entry, **changed})
