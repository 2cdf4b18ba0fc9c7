"""Search of places by name, in either script and any of the common transliterations."""

from dataclasses import dataclass

from rapidfuzz import fuzz, process

from nuudel.base.errors import PlacesError
from nuudel.places.gazetteer import SETTLEMENT, Gazetteer, Place, Spelling
from nuudel.places.spelling import close_key, key

SAME_LETTERS = 100.0
SAME_KEY = 99.0  # less up to 2 for vowels written otherwise
ALIAS = 0.5  # an alias counts a little less than a name
ALMOST = 95.0  # what a perfect fuzzy match could reach: always below the same key
LEAST_SCORE = 75.0
CERTAIN_SCORE = 85.0


@dataclass(frozen=True)
class Hit:
    """A place found by name: how well (0 to 100) and under which of its names."""

    place: Place
    score: float
    matched: str


def search(
    gazetteer: Gazetteer,
    name: str,
    *,
    level: str | None = None,
    within: str | None = None,
    limit: int = 10,
) -> tuple[Hit, ...]:
    """Places whose name is, or comes near to, a name; best first, upper levels before lower ones.

    Parameters
    ----------
    name
        In any script and transliteration; a word for the level may follow (*Завхан аймаг*).
    level, within
        Only places of this level, and only those that lie in the place with this code.

    Raises
    ------
    PlacesError
        ``PLACES-110`` nothing comes near; the message names the nearest names.
    """
    pool = candidates(gazetteer, level, within)
    bare, said = without_level_word(gazetteer, name)
    hits = ranked(pool, name, SAME_LETTERS)
    if bare != name:
        hits += [hit for hit in ranked(pool, bare, SAME_LETTERS) if hit.place.level in said]
        hits += [hit for hit in ranked(pool, bare, ALMOST) if hit.place.level not in said]
    best: dict[str, Hit] = {}
    for hit in hits:
        if hit.place.code not in best or hit.score > best[hit.place.code].score:
            best[hit.place.code] = hit
    ranks = {entry.name: entry.rank for entry in gazetteer.levels}
    order = sorted(best.values(), key=lambda hit: (-hit.score, ranks[hit.place.level]))
    if not order:
        raise PlacesError(
            110, f"no place is called {name!r}{nearest_names(pool, bare)}.", "Check the spelling.", ("name",)
        )
    return tuple(order[:limit])


def resolve(gazetteer: Gazetteer, name: str, *, level: str | None = None, within: str | None = None) -> Place:
    """The one place that a name means.

    Raises
    ------
    PlacesError
        ``PLACES-110`` no name comes near enough; ``PLACES-111`` several places are meant equally well.
    """
    hits = search(gazetteer, name, level=level, within=within, limit=20)
    # A unit that is called after its seat comes before a settlement of that name.
    near = [hit for hit in hits if hit.score >= hits[0].score - ALIAS]
    if level is None and any(hit.place.level != SETTLEMENT for hit in near):
        near = [hit for hit in near if hit.place.level != SETTLEMENT]
    best = [hit for hit in near if hit.score == near[0].score]
    if hits[0].score < CERTAIN_SCORE:
        names = ", ".join(dict.fromkeys(hit.matched for hit in hits[:3]))
        raise PlacesError(
            110, f"no place is called {name!r}; the nearest are {names}.", "Check the spelling.", ("name",)
        )
    if len(best) > 1:
        listed = "; ".join(
            f"{h.place.code} {gazetteer.path(h.place.code, 'en')} ({h.place.level})" for h in best[:6]
        )
        raise PlacesError(
            111, f"{name!r} may mean {listed}.", "Give the code, the level or the unit it lies in.", ("name",)
        )
    return best[0].place


def candidates(gazetteer: Gazetteer, level: str | None, within: str | None) -> list[Spelling]:
    """Every spelling in question."""
    wanted = None if level is None else gazetteer.level(level).name
    upper = None if within is None else gazetteer.get(within).code
    return [
        entry
        for entry in gazetteer.spellings
        if (wanted is None or entry.place.level == wanted)
        and (upper is None or upper in {place.code for place in gazetteer.ancestors(entry.place.code)})
    ]


def ranked(pool: list[Spelling], name: str, top: float) -> list[Hit]:
    """Hits among some spellings, their scores scaled so that a perfect one has ``top``."""
    wanted, close = key(name), close_key(name)
    if not wanted:
        return []
    keys = [entry.key for entry in pool]
    near = process.extract(wanted, keys, scorer=fuzz.ratio, score_cutoff=LEAST_SCORE, limit=60)
    hits = []
    for _, ratio, position in near:
        entry = pool[position]
        if ratio < 100:
            score = ratio * ALMOST / 100
        elif entry.name.casefold() == name.strip().casefold():
            score = SAME_LETTERS
        else:
            score = SAME_KEY - 2 * (1 - fuzz.ratio(close, entry.close_key) / 100)
        score -= ALIAS if entry.alias else 0
        hits.append(Hit(entry.place, round(score * top / 100, 1), entry.name))
    return hits


def without_level_word(gazetteer: Gazetteer, name: str) -> tuple[str, set[str]]:
    """A name without the word for a level after it, and the levels that the word stands for."""
    *front, last = name.split() or [""]
    said = {
        level.name for level in gazetteer.levels if last.casefold() in {w.casefold() for w in level.words}
    }
    return (" ".join(front), said) if front and said else (name, set())


def nearest_names(pool: list[Spelling], name: str) -> str:
    pool = [entry for entry in pool if entry.place.level != SETTLEMENT] or pool
    near = process.extract(key(name), [entry.key for entry in pool], scorer=fuzz.ratio, limit=3)
    names = list(dict.fromkeys(pool[position].name for _, _, position in near))
    return f"; the nearest are {', '.join(names)}" if names else ""
