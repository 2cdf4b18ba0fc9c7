"""What every pack of the installation must fulfil: sources, languages, places, caveats, documentation."""

from pathlib import Path

import polars as pl
import pytest

from nuudel.base.packs import PackTable, load_pack, pack_names
from nuudel.base.provenance import Effect

TABLES = [(pack, table) for pack in pack_names() for table in load_pack(pack).table_names]
PLACE_TABLES = {"places", "settlements", "place_aliases", "place_changes", "outline_units"}
IDS = [f"{pack}-{table}" for pack, table in TABLES]


@pytest.fixture(scope="module")
def places() -> dict[str, dict[str, str]]:
    """Of each pack: place code -> level."""
    found = {}
    for name in pack_names():
        frame = load_pack(name).table("places").frame
        found[name] = dict(zip(frame["code"], frame["level"], strict=True))
    return found


def read(pack: str, table: str) -> PackTable:
    return load_pack(pack).table(table)


def years_of(table: PackTable) -> set[int]:
    """The years that a table speaks of, from its columns of years, months and dates."""
    years: set[int] = set()
    for name in table.frame.columns:
        values = table.frame[name].drop_nulls()
        kind = table.columns[name].type if name in table.columns else "year"
        if kind == "year":
            years |= set(values)
        elif kind == "month":
            years |= set(values.str.slice(0, 4).cast(pl.Int64))
        elif kind == "date":
            years |= set(values.dt.year())
    return years


def test_the_packs_are_there() -> None:
    assert set(pack_names()) >= {"mongolia", "austria"}


@pytest.mark.parametrize("name", pack_names())
def test_sources_are_complete_and_used(name: str) -> None:
    pack = load_pack(name)
    for source in pack.sources.values():
        assert source.licence.strip(), source.key
        for lang in pack.languages:
            assert source.institution[lang].strip()
            assert source.title[lang].strip()
            assert source.licence in source.line(lang)
    used = {table["source"] for table in pack.manifest["tables"].values()}
    used |= set(pack.table("events").frame["source"]) if pack.has("events") else set()
    assert used == set(pack.sources)


@pytest.mark.parametrize("name", pack_names())
def test_every_file_of_the_pack_is_declared(name: str) -> None:
    pack = load_pack(name)
    declared = {table["file"] for table in pack.manifest["tables"].values()}
    assert {path.name for path in pack.folder.glob("*.csv")} == declared


@pytest.mark.parametrize(("pack", "name"), TABLES, ids=IDS)
def test_text_is_there_in_every_language(pack: str, name: str) -> None:
    table, languages = read(pack, name), load_pack(pack).languages
    texts = [table.title, *(caveat.text for caveat in table.caveats)]
    if name not in PLACE_TABLES:
        texts += [column.title for column in table.columns.values()]
    for text in texts:  # of the place tables, whose columns have no titles, the gazetteer's names are shown
        assert set(text) == set(languages)
        assert all(text[lang].strip() for lang in languages)
    assert any("а" <= letter <= "я" for letter in table.title["mn"].lower())


@pytest.mark.parametrize(("pack", "name"), TABLES, ids=IDS)
def test_measures_have_units(pack: str, name: str) -> None:
    table = read(pack, name)
    without = {c.name for c in table.columns.values() if c.type == "number" and not c.unit}
    without |= {c.name for c in table.columns.values() if c.type == "count" and not c.unit}
    assert without <= {"month", "dekad", "objective", "theme"}


@pytest.mark.parametrize(("pack", "name"), TABLES, ids=IDS)
def test_keys_are_filled_and_unique(pack: str, name: str) -> None:
    table = read(pack, name)
    assert table.frame.height
    assert table.frame.select(table.key).n_unique() == table.frame.height
    assert table.frame.select(table.key).null_count().sum_horizontal().item() == 0


@pytest.mark.parametrize(("pack", "name"), TABLES, ids=IDS)
def test_every_place_is_in_the_gazetteer_at_its_level(
    pack: str, name: str, places: dict[str, dict[str, str]]
) -> None:
    table = read(pack, name)
    settlements = (
        set(read(pack, "settlements").frame["code"]) if load_pack(pack).has("settlements") else set()
    )
    for column in table.columns.values():
        if column.type == "place":
            found = set(table.frame[column.name].drop_nulls())
            assert found <= set(places[pack]) | settlements
            if column.level:
                assert {places[pack][code] for code in found} == {column.level}


@pytest.mark.parametrize(("pack", "name"), TABLES, ids=IDS)
def test_caveats_speak_of_what_the_table_has(pack: str, name: str, places: dict[str, dict[str, str]]) -> None:
    table = read(pack, name)
    found = {
        code
        for column in table.columns.values()
        if column.type == "place" or (name, column.name) == ("places", "code")
        for code in table.frame[column.name].drop_nulls()
    }
    years = years_of(table)
    for caveat in table.caveats:
        assert set(caveat.columns) <= set(table.columns), caveat.key
        # A missing place may be absent from the table, but it must exist.
        known = set(places[pack]) if caveat.effect is Effect.MISSING else found
        assert set(caveat.places) <= known, caveat.key
        if caveat.years:
            assert set(caveat.years) & years, caveat.key
            assert min(years) <= caveat.years[0] <= caveat.years[1] <= max(years), caveat.key


@pytest.mark.parametrize(("pack", "name"), TABLES, ids=IDS)
def test_what_is_marked_missing_is_empty_zero_or_absent(pack: str, name: str) -> None:
    table = read(pack, name)
    years = pl.col("year") if "year" in table.frame.columns else pl.lit(None)
    measures = [c.name for c in table.columns.values() if c.type in {"count", "number"}]
    for caveat in table.caveats:
        if caveat.effect is not Effect.MISSING:
            continue
        assert caveat.places, "a missing figure is missing somewhere"
        covered = table.frame.filter(pl.col("place").is_in(caveat.places))
        if caveat.years:
            covered = covered.filter(years.is_between(*caveat.years))
        for column in caveat.columns or measures:
            assert set(covered[column]) <= {None, 0}, caveat.key


@pytest.mark.parametrize(("pack", "name"), TABLES, ids=IDS)
def test_every_table_and_caveat_is_documented(pack: str, name: str, repository: Path) -> None:
    pages = [repository / "docs/reference/packs.md", repository / "docs/reference/packs-places.md"]
    text = "\n".join(page.read_text("utf-8") for page in pages)
    assert f"`{name}`" in text
    if name not in PLACE_TABLES:
        assert [c.key for c in read(pack, name).caveats if f"`{c.key}`" not in text] == []


def test_every_column_type_is_documented(repository: Path) -> None:
    from nuudel.base.packs import COLUMN_TYPES

    text = (repository / "docs/reference/packs.md").read_text("utf-8")
    assert [kind for kind in COLUMN_TYPES if f"| `{kind}` |" not in text] == []
