"""The list of what a ledger holds. A segment that is not in it is not there, so one rename commits a load."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from nuudel.base.errors import LedgerError
from nuudel.ledger.fingerprint import content_name
from nuudel.ledger.schema import Fact
from nuudel.ledger.series import Series

FORMAT = "nuudel-ledger-1"
FILE = "manifest.json"


@dataclass(frozen=True)
class SeriesCount:
    """What a segment holds of one series.

    Attributes
    ----------
    facts
        Number of facts.
    qualities
        Facts by quality.
    ends
        Movements by known ends: ``both``, ``origin`` only, ``destination`` only.
    """

    facts: int = 0
    qualities: Mapping[str, int] = field(default_factory=dict)
    ends: Mapping[str, int] = field(default_factory=dict)

    def plus(self, other: "SeriesCount") -> "SeriesCount":
        return SeriesCount(
            self.facts + other.facts,
            add_counts(self.qualities, other.qualities),
            add_counts(self.ends, other.ends),
        )


def add_counts(first: Mapping[str, int], second: Mapping[str, int]) -> dict[str, int]:
    return {key: first.get(key, 0) + second.get(key, 0) for key in sorted({*first, *second})}


@dataclass(frozen=True)
class Segment:
    """One immutable Parquet file.

    Attributes
    ----------
    file
        Path in the ledger's folder: ``movement/year=2019/<content sum>.parquet``.
    lowest, highest
        Limits of the high halves of its ids.
    sums
        Content sum of its facts (fingerprint.py).
    recorded_from, recorded_to
        Limits of the recorded times, microseconds since 1970 UTC.
    corrections
        Facts that supersede another.
    weighted
        Facts whose weight is not 1.
    """

    file: str
    fact: str
    year: int
    rows: int
    lowest: int
    highest: int
    sums: tuple[int, int]
    recorded_from: int
    recorded_to: int
    corrections: int
    weighted: int
    series: Mapping[str, SeriesCount]


@dataclass(frozen=True)
class Manifest:
    """The segments and the series of a ledger; a snapshot's is frozen."""

    segments: tuple[Segment, ...] = ()
    series: Mapping[str, Series] = field(default_factory=dict)
    frozen: bool = False

    def of(self, fact: Fact) -> tuple[Segment, ...]:
        return tuple(segment for segment in self.segments if segment.fact == fact)

    @property
    def name(self) -> str:
        """The name of the content: the same for the same facts, however they were loaded."""
        return content_name((s.fact, s.year, s.rows, s.sums) for s in self.segments)

    def counts(self, fact: Fact) -> dict[str, SeriesCount]:
        """What there is of each series, superseded facts included."""
        found: dict[str, SeriesCount] = {}
        for segment in self.of(fact):
            for key, count in segment.series.items():
                found[key] = found.get(key, SeriesCount()).plus(count)
        return dict(sorted(found.items()))

    def plus(self, segments: Iterable[Segment], series: Mapping[str, Series]) -> "Manifest":
        return replace(self, segments=(*self.segments, *segments), series=dict(sorted(series.items())))


def read_manifest(folder: Path) -> Manifest:
    """Read a ledger's manifest; an empty one where the folder has none.

    Raises
    ------
    LedgerError
        ``LEDGER-301`` where the file is damaged or of another format.
    """
    path = folder / FILE
    try:
        entry = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Manifest()
    except OSError as error:
        raise unusable(folder, error) from None
    except ValueError:
        raise damaged(path, "is no JSON") from None
    if not isinstance(entry, dict) or entry.get("format") != FORMAT:
        raise damaged(path, f"is not of format {FORMAT}")
    try:
        segments = tuple(read_segment(segment) for segment in entry["segments"])
        series = {key: Series(key=key, **value) for key, value in entry["series"].items()}
        frozen = bool(entry["frozen"])
    except (KeyError, TypeError, ValueError) as error:
        raise damaged(path, f"has a wrong entry ({type(error).__name__})") from None
    return Manifest(segments, series, frozen)


def damaged(path: Path, what: str) -> LedgerError:
    return LedgerError(
        301, f"{path.name} of {path.parent.name} {what}.", "Restore the ledger's folder from its backup."
    )


def unusable(folder: Path, error: OSError) -> LedgerError:
    return LedgerError(
        302,
        f"the ledger folder {folder.name!r} cannot be used: {error.strerror or 'input or output failed'}.",
        "Free the disk, set the permissions or name another folder; what was there is unchanged.",
        ("ledger",),
    )


def read_segment(entry: dict[str, Any]) -> Segment:
    series = {key: SeriesCount(**count) for key, count in entry.pop("series").items()}
    entry |= {name: int(entry[name], 16) for name in ("lowest", "highest")}
    first, second = (int(part, 16) for part in entry.pop("sums"))
    return Segment(series=series, sums=(first, second), **entry)


def segment_entry(segment: Segment) -> dict[str, Any]:
    entry = asdict(segment)
    # 64-bit numbers as text: most readers of JSON know only 53 bits.
    entry |= {"lowest": f"{segment.lowest:016x}", "highest": f"{segment.highest:016x}"}
    return entry | {"sums": [f"{part:016x}" for part in segment.sums]}


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest in one step; after a power cut the old or the new one is there, whole."""
    entry = {
        "format": FORMAT,
        "name": manifest.name,
        "frozen": manifest.frozen,
        "series": {key: series.entry() for key, series in manifest.series.items()},
        "segments": [segment_entry(segment) for segment in manifest.segments],
    }
    temporary = folder / f"{FILE}.new"
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(entry, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, folder / FILE)
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable, where the system can (Windows cannot open folders)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
