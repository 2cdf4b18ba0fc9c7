"""What domains publish while the server runs, beside the figures of the release.

A domain with public pages (``public_ways``) keeps it in a file of its own, which is read here again when it
changes: public pages ask no database.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypedDict

from nuudel.base import settings
from nuudel.base.provenance import Text
from nuudel.domains import DOMAINS
from nuudel.publication.explorer.read import UNDATED, Bundle
from nuudel.publication.formats.files import write_atomically
from nuudel.web.explorer.release import release


class PublishedIndicator(TypedDict):
    """Counts of one day or one span of days, for the map: dots, whose area is the count.

    ``source`` is an entry of the index's sources; ``as_of`` the last day (ISO 8601); ``values`` by place.
    """

    key: str
    title: Text
    unit: Text
    caveat: Text
    disclosure: Text
    source: dict[str, Any]
    as_of: str
    values: dict[str, int]


class PublishedSection(TypedDict):
    """A part of places' pages: a table whose rows each tell of one publication.

    ``header`` has a title for each column in each language; ``rows`` are by place, the newest first, each
    with its first cell in each language and then figures, or texts that are the same in all.
    """

    key: str
    title: Text
    text: Text
    caption: Text
    header: list[Text]
    caveat: Text
    source: Text
    rows: dict[str, list[tuple[Text, list[int | str | None]]]]


class Content(TypedDict):
    """All that a domain publishes on the explorer; ``section`` is None where it has published nothing.

    ``made_of`` tells what it was made of from everything else.
    """

    made_of: str
    indicators: list[PublishedIndicator]
    section: PublishedSection | None


@dataclass(frozen=True)
class Published:
    """What all domains publish.

    Attributes
    ----------
    stamp
        Changes when something of it does; empty where nothing was ever published.
    """

    stamp: str
    contents: tuple[Content, ...]

    @property
    def indicators(self) -> Sequence[PublishedIndicator]:
        return [one for content in self.contents for one in content["indicators"]]

    def sections(self, code: str) -> Sequence[PublishedSection]:
        """Those that tell of a place."""
        sections = (content["section"] for content in self.contents)
        return [section for section in sections if section and section["rows"].get(code)]


@cache
def publishing() -> tuple[str, ...]:
    """The domains with public pages."""
    return tuple(name for name in DOMAINS if find_spec(f"nuudel.domains.{name}.public_ways"))


def kept(domain: str) -> Content | None:
    """What a domain publishes now; None where that was never kept, or cannot be read."""
    try:
        content: Content = json.loads(file_of(domain).read_bytes())
    except (OSError, ValueError):
        return None
    return content


def file_of(domain: str) -> Path:
    return settings.data_folder() / "published" / f"{domain}.json"


def keep(domain: str, content: Content) -> None:
    """Keep what a domain publishes now, in one stroke."""
    write_atomically(file_of(domain), json.dumps(content, ensure_ascii=False, sort_keys=True).encode())


def published() -> Published:
    """What is published now."""
    stamps = []
    for domain in publishing():
        try:
            there = file_of(domain).stat()
        except OSError:
            continue
        stamps.append((domain, f"{there.st_mtime_ns}-{there.st_ino}"))
    return read(settings.data_folder(), tuple(stamps))


@lru_cache(maxsize=2)
def read(folder: Path, stamps: tuple[tuple[str, str], ...]) -> Published:
    """What the files hold, as they were written then."""
    contents = tuple(content for domain, _ in stamps if (content := kept(domain)) is not None)
    return Published(" ".join(f"{domain}-{stamp}" for domain, stamp in stamps), contents)


def shown() -> Bundle:
    """The bundle of the release, with the indicators that domains publish."""
    return with_published(release().bundle, published())


_shown: tuple[Bundle, Published, Bundle] | None = None


def with_published(bundle: Bundle, beside: Published) -> Bundle:
    """A bundle with further indicators, made once for each of both."""
    global _shown  # noqa: PLW0603  one of a process, made anew when one of its parts changes
    if not beside.indicators:
        return bundle
    if _shown is None or _shown[0] is not bundle or _shown[1] is not beside:
        values = {one["key"]: by_level(bundle, one["values"]) for one in beside.indicators}
        entries = [entry_of(one, values[one["key"]]) for one in beside.indicators]
        sources = list({one["source"]["key"]: one["source"] for one in beside.indicators}.values())
        _shown = (bundle, beside, bundle.with_indicators(entries, values, sources, beside.stamp))
    return _shown[2]


def by_level(bundle: Bundle, values: Mapping[str, int]) -> dict[str, dict[str, dict[str, int]]]:
    """Values by level, of no year, of the places that the bundle has; a level without any is empty."""
    levels = [level["key"] for level in bundle.index["levels"]]
    found: dict[str, dict[str, dict[str, int]]] = {level: {UNDATED: {}} for level in levels}
    for code, value in values.items():
        if code in bundle.places:
            found[bundle.place(code).level][UNDATED][code] = value
    return found


def entry_of(one: PublishedIndicator, levels: Mapping[str, object]) -> dict[str, Any]:
    """An indicator as ``index.json`` has it."""
    told = {name: one[name] for name in ("key", "title", "unit", "caveat", "disclosure", "as_of")}
    return told | {
        "levels": list(levels),
        "years": [],
        "palette": "larch",
        "mark": "dots",
        "decimals": 0,
        "breaks": [],
        "level_breaks": {level: [] for level in levels},
        "quality": "observed",
        "source": one["source"]["line"],
    }
