"""Each caveat of the other tables: do the figures really show it? And: has every caveat such a test?"""

import json
import re
from pathlib import Path

import polars as pl
import pytest

from nuudel.base.packs import Pack, load_pack, pack_names

# What a source counts, or that it is a model, cannot be seen in its figures.
NOT_IN_THE_FIGURES = {"registered_moves", "all_causes", "modelled", "period_not_named", "whole_years"}
PLACE_TABLES = {"places", "settlements", "place_aliases", "place_changes", "outline_units"}


def test_every_caveat_has_a_test() -> None:
    text = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    tested = set(re.findall(r"^def test_(\w+?)__(\w+)\(", text, flags=re.M))
    caveats = {
        (name, caveat["key"])
        for pack in pack_names()
        for name, table in load_pack(pack).manifest["tables"].items()
        for caveat in table.get("caveats", ())
        if name not in PLACE_TABLES and caveat["key"] not in NOT_IN_THE_FIGURES
    }
    assert caveats == tested


def frame(mongolia: Pack, name: str) -> pl.DataFrame:
    return mongolia.table(name).frame


def value(table: pl.DataFrame, column: str, **where: object) -> float:
    return table.filter(*(pl.col(k) == v for k, v in where.items()))[column].item()


def test_livestock_losses__orkhon_not_counted(mongolia: Pack) -> None:
    assert frame(mongolia, "livestock_losses").filter(pl.col("place") == "MN61")["year"].min() == 1976


def test_livestock_losses__govisumber_not_listed(mongolia: Pack) -> None:
    assert frame(mongolia, "livestock_losses").filter(pl.col("place") == "MN42")["year"].min() == 1991


def test_livestock_losses__govisumber_2007(mongolia: Pack) -> None:
    zeros = frame(mongolia, "livestock_losses").filter(pl.col("adult_losses_thousand_head") == 0)
    assert zeros.rows() == [(2007, "MN42", 0.0)]


def test_animal_deaths__deaths_not_named(mongolia: Pack) -> None:
    deaths = frame(mongolia, "animal_deaths").filter(pl.col("year") == 2010)["deaths_head"].sum()
    losses = frame(mongolia, "livestock_losses").filter(pl.col("year") == 2010)
    assert deaths == 152_031
    assert losses["adult_losses_thousand_head"].sum() == pytest.approx(10_319.7)


def test_animal_deaths__khovd_2016(mongolia: Pack) -> None:
    deaths = frame(mongolia, "animal_deaths").filter(pl.col("place") == "MN84").sort("year")
    assert deaths.filter(pl.col("year").is_between(2015, 2017))["deaths_head"].to_list() == [1010, 13591, 698]


def test_animal_deaths__selenge_2017(mongolia: Pack) -> None:
    deaths = frame(mongolia, "animal_deaths").filter(pl.col("place") == "MN43").sort("year")
    assert deaths.filter(pl.col("year").is_between(2016, 2018))["deaths_head"].to_list() == [439, 8257, 588]


def test_national_population__united_nations_differ(mongolia: Pack) -> None:
    components = frame(mongolia, "wpp2024_components")
    united_nations = components.with_columns(  # births / birth rate = population at midyear
        people=pl.col("births_thousand") / pl.col("birth_rate_per_1000") * 1e6
    )
    both = united_nations.join(frame(mongolia, "national_population"), on="year")
    gap = dict(both.select("year", pl.col("people") - pl.col("population")).iter_rows())
    assert gap[1994] == max(gap.values()) == pytest.approx(116_000, abs=1_000)
    assert gap[2023] == pytest.approx(-59_000, abs=1_000)


def test_regional_population__western_aimags_only(mongolia: Pack) -> None:
    table = mongolia.table("regional_population")
    aimags = frame(mongolia, "places").filter(pl.col("level") == "aimag")["code"]
    missing = next(c.places for c in table.caveats if c.key == "western_aimags_only")
    assert set(table.frame["place"]) | set(missing) == set(aimags)
    assert not set(table.frame["place"]) & set(missing)


def test_regional_population__growth_2014_2015(mongolia: Pack) -> None:
    people = frame(mongolia, "regional_population").group_by("year").agg(pl.col("population").sum())
    of = dict(people.iter_rows())
    western = set(frame(mongolia, "regional_population")["place"])
    moves = frame(mongolia, "internal_migration").filter(
        pl.col("place").is_in(list(western)), pl.col("year").is_in([2014, 2015])
    )
    net = moves["in_migrants"].sum() - moves["out_migrants"].sum()
    natural = of[2015] - of[2013] - net
    assert net == -11_054
    # Two years of the nation's natural increase are about 4 per cent.
    assert natural / of[2013] > 0.09


def test_economic_region_population__two_regions_only(mongolia: Pack) -> None:
    regions = frame(mongolia, "economic_region_population")
    assert set(regions["region_en"]) == {"Western region", "Khangai region"}


def test_economic_region_population__growth_2014_2015(mongolia: Pack) -> None:
    regions = frame(mongolia, "economic_region_population")
    khangai = dict(
        regions.filter(pl.col("region_en") == "Khangai region").select("year", "population").iter_rows()
    )
    growth = {year: khangai[year] / khangai[year - 1] - 1 for year in range(1992, 2026)}
    assert sorted(growth, key=growth.__getitem__)[-2:] == [2014, 2015]
    assert growth[2014] > 0.037


def test_soum_indicators__resident_not_total(mongolia: Pack) -> None:
    resident = frame(mongolia, "soum_indicators").filter(pl.col("year") == 2019)["resident_population"].sum()
    assert resident == 3_193_760
    assert value(frame(mongolia, "national_population"), "population", year=2019) == 3_267_673


def test_aimag_indicators__resident_not_total(mongolia: Pack) -> None:
    resident = frame(mongolia, "aimag_indicators").filter(pl.col("year") == 2019)["resident_population"].sum()
    assert resident == 3_193_760


def test_soum_indicators__villages_left_out(mongolia: Pack, shared_data: Path) -> None:
    original = pl.read_csv(shared_data / "mongolia" / "soum_indicators_2019_2021.csv")
    villages = original.filter(pl.col("resident_pop_2019") == 0)
    assert villages["soum_en"].to_list() == ["Tsagaannuur", "Khatgal", "Berkh", "Gurvanbayan"]
    figures = villages.select(pl.sum_horizontal(pl.col(r"^.*_20\d\d$").fill_null(0)))
    assert figures.to_series().sum() == 0
    assert original.height - villages.height == 339


def test_soum_indicators__ulgii_herders(mongolia: Pack) -> None:
    soums = frame(mongolia, "soum_indicators")
    assert value(soums, "herder_households", place="MN18301", year=2019) == 4
    assert value(soums, "herder_households", place="MN18301", year=2020) == 46


def test_soum_indicators__hay_not_given(mongolia: Pack) -> None:
    soums = frame(mongolia, "soum_indicators").filter(pl.col("year") == 2019)
    without = soums.filter(pl.col("hay_harvest_tonnes").is_null())["place"]
    assert sorted(without) == ["MN26431", "MN42210", "MN51119", "MN51125"]


def test_soum_indicators__districts_without_herders(mongolia: Pack) -> None:
    soums = frame(mongolia, "soum_indicators").filter(pl.col("year").is_in([2019, 2020]))
    without = soums.filter(pl.col("herder_households").is_null())
    assert set(without["place"]) == {"MN51107", "MN51119", "MN51125"}
    assert set(without["livestock_head"]) == {0, None}


def test_aimag_indicators__poverty_from_a_sample(mongolia: Pack) -> None:
    aimags = frame(mongolia, "aimag_indicators")
    assert value(aimags, "poverty_headcount_percent", place="MN81", year=2016) == 47.5
    assert value(aimags, "poverty_headcount_percent", place="MN81", year=2018) == 25.7


def test_resident_population_by_age__soums_missing(mongolia: Pack) -> None:
    table = mongolia.table("resident_population_by_age")
    soums = frame(mongolia, "soum_indicators").filter(pl.col("year") == 2019)
    absent = soums.filter(~pl.col("place").is_in(table.frame["place"].unique().to_list()))
    caveat = next(c for c in table.caveats if c.key == "soums_missing")
    assert sorted(absent["place"]) == sorted(caveat.places)
    assert absent["resident_population"].sum() == 53_506


def test_resident_population_by_age__resident_not_total(mongolia: Pack) -> None:
    resident = frame(mongolia, "resident_population_by_age")["resident_population"].sum()
    assert resident + 53_506 == 3_193_760


def assert_one_mixed_period(mongolia: Pack, name: str) -> None:
    mixed = frame(mongolia, name).filter(pl.col("kind") == "mixed")
    assert set(mixed.select("year", "period").iter_rows()) == {(2020, "2020-2025")}
    estimates = frame(mongolia, "wpp2024_components").filter(pl.col("kind") == "estimate")
    assert estimates["year"].max() == 2023


def test_wpp2024_fertility_by_age__period_2020_2025(mongolia: Pack) -> None:
    assert_one_mixed_period(mongolia, "wpp2024_fertility_by_age")


def test_wpp2024_mortality_by_age__period_2020_2025(mongolia: Pack) -> None:
    assert_one_mixed_period(mongolia, "wpp2024_mortality_by_age")


def test_wpp2024_components__net_migration_set_to_0(mongolia: Pack) -> None:
    estimates = frame(mongolia, "wpp2024_components").filter(pl.col("kind") == "estimate")
    components = estimates.filter(pl.col("net_migration_thousand") == 0)
    assert components["year"].to_list() == [*range(1950, 1956), *range(2020, 2024)]


def test_wpp2024_components__net_migration_1950_1955(mongolia: Pack) -> None:
    assert value(frame(mongolia, "wpp2024_components"), "net_migration_thousand", year=1956) != 0


def test_wpp2024_components__migration_2015_2019(mongolia: Pack, shared_data: Path) -> None:
    later = frame(mongolia, "wpp2024_components").filter(pl.col("year").is_between(2015, 2019))
    assert later["net_migration_thousand"].sum() == pytest.approx(33, abs=0.5)
    earlier = pl.read_csv(shared_data / "mongolia" / "wpp" / "wpp2019_mng_migration.csv")
    assert earlier["2015-2020"].item() == pytest.approx(-4, abs=0.5)


def test_wpp2024_population_projection__end_of_year(mongolia: Pack) -> None:
    people = frame(mongolia, "wpp2024_population_projection").sort("year")
    both = people.join(frame(mongolia, "wpp2024_components"), on="year").sort("year")
    total = both["male_thousand"] + both["female_thousand"]
    gap = (total.diff() - both["population_change_thousand"]).drop_nulls().abs()
    # The change during a year leads from the last figure to this one, but for the rounding of three figures.
    assert gap.max() < 0.002
    midyear = both["births_thousand"] / both["birth_rate_per_1000"] * 1000
    assert total[0] - midyear[0] == pytest.approx(both["population_change_thousand"][0] / 2, abs=0.5)


def test_wpp2019_population_by_age__later_revision(mongolia: Pack) -> None:
    earlier = (
        frame(mongolia, "wpp2019_population_by_age").group_by("year").agg(pl.col("population_thousand").sum())
    )
    components = frame(mongolia, "wpp2024_components").with_columns(
        later=pl.col("births_thousand") / pl.col("birth_rate_per_1000") * 1000
    )
    gap = components.join(earlier, on="year").select(pl.col("later") - pl.col("population_thousand"))
    assert gap.to_series().abs().max() > 30


def test_migrant_stocks__destinations_missing(mongolia: Pack) -> None:
    stocks = frame(mongolia, "migrant_stocks")
    assert not set(stocks["destination"]) & {"CN", "DE", "JP", "KZ", "US"}
    assert set(stocks["origin"]) >= {"CN", "DE", "JP", "KZ", "US"}


def test_migrant_stocks__scaled_years(mongolia: Pack) -> None:
    here = frame(mongolia, "migrant_stocks").filter(pl.col("destination") == "MN")
    wide = here.pivot("year", index="origin", values="persons").filter(pl.col("1990") >= 100)
    assert wide.height >= 5
    for year, base in (("1990", "2000"), ("1995", "2000"), ("2015", "2010"), ("2019", "2010")):
        factor = wide[year].sum() / wide[base].sum()
        # Two persons for the rounding of small stocks, half a per cent because the factor is not quite one.
        assert ((wide[year] - factor * wide[base]).abs() < 2 + 0.005 * wide[year]).all()
    assert (wide["2005"] / wide["2000"]).max() > 2 * (wide["2005"] / wide["2000"]).min()


def test_migrant_stocks__less_than_the_census(mongolia: Pack) -> None:
    stocks = frame(mongolia, "migrant_stocks").filter(pl.col("year") == 2019, pl.col("origin") == "MN")
    evidence = frame(mongolia, "review_evidence")
    assert stocks["persons"].sum() == 73_494
    assert value(evidence, "value", evidence="E026") == 122.3
    assert value(evidence, "value", evidence="E037") == 167_300


def test_remittances__net_not_received(mongolia: Pack) -> None:
    transfers = frame(mongolia, "remittances")
    assert transfers.filter(pl.col("net_million_usd") < 0).height == 16
    of_2019 = transfers.filter(pl.col("month").str.starts_with("2019"))["net_million_usd"].sum()
    assert of_2019 == pytest.approx(131, abs=0.5)
    assert value(frame(mongolia, "review_evidence"), "value", evidence="E056") == 574.4


def test_remittances__quarters_spread(mongolia: Pack) -> None:
    transfers = frame(mongolia, "remittances").sort("month")
    months = transfers.filter(pl.col("month").is_between(pl.lit("2009-07"), pl.lit("2009-12")))
    assert months["net_million_usd"].to_list() == [12.764] * 3 + [12.216] * 3


def test_remittances__year_not_complete(mongolia: Pack) -> None:
    assert frame(mongolia, "remittances")["month"].max() == "2025-09"


def test_weather_stations__not_all_soum_centres(mongolia: Pack, shared_data: Path) -> None:
    stations = frame(mongolia, "weather_stations")
    assert (stations.height, stations["place"].n_unique()) == (322, 308)
    with_normals = set(frame(mongolia, "temperature_normals")["station"])
    assert len(set(stations["station"]) - with_normals) == 21
    original = pl.read_csv(shared_data / "mongolia" / "soum_centre_temperature_normals.csv")
    empty = original.filter(pl.col("jan-01").is_null()).group_by("aimagname", "sname").len()
    assert empty["len"].to_list() == [2] * 21


def test_weather_stations__coordinates_in_the_next_soum(mongolia: Pack, shared_data: Path) -> None:
    from shapely.geometry import Point, shape

    polygons = json.loads((shared_data / "mongolia" / "boundaries" / "adm2.geojson").read_text("utf-8"))
    outlines = [
        ({f"MN{code}" for code in feature["properties"]["nso_codes"]}, shape(feature["geometry"]))
        for feature in polygons["features"]
    ]
    elsewhere = set()
    for place, east, north in (
        frame(mongolia, "weather_stations").select("place", "longitude", "latitude").iter_rows()
    ):
        around = [codes for codes, outline in outlines if outline.contains(Point(east, north))]
        if not any(place in codes for codes in around):
            elsewhere.add(place)
    assert elsewhere == {"MN26507", "MN26331"}


def test_temperature_normals__soums_without_normals(mongolia: Pack) -> None:
    soums = frame(mongolia, "places").filter(pl.col("level") == "soum")["code"]
    covered = set(frame(mongolia, "temperature_normals")["place"])
    assert len(soums) == 339
    assert len(set(soums) - covered) == 49


def test_temperature_normals__breaks_in_the_year(mongolia: Pack) -> None:
    table = mongolia.table("temperature_normals")
    column = pl.col("mean_temperature_c")
    beside = table.frame.sort("station", "month", "dekad").with_columns(
        before=column.shift(1).over("station"), after=column.shift(-1).over("station")
    )
    above = column - pl.max_horizontal("before", "after")
    below = pl.min_horizontal("before", "after") - column
    breaks = beside.drop_nulls(["before", "after"]).filter((above > 2.5) | (below > 2.5))
    caveat = next(c for c in table.caveats if c.key == "breaks_in_the_year")
    assert set(breaks["place"]) == set(caveat.places)


def test_food_prices__one_market(mongolia: Pack) -> None:
    assert frame(mongolia, "food_prices").select("market", "place").unique().rows() == [
        ("Bayan-Ulgii", "MN83")
    ]


def test_food_prices__potatoes_2010(mongolia: Pack) -> None:
    prices = frame(mongolia, "food_prices")
    potatoes = prices.filter(pl.col("commodity_en") == "Potatoes, retail")["date"].dt.strftime("%Y-%m")
    assert (potatoes.min(), potatoes.max(), len(potatoes)) == ("2010-01", "2011-01", 13)
    flour = prices.filter(pl.col("commodity_en") == "Wheat flour, retail")["date"].dt.strftime("%Y-%m")
    months = {f"{year}-{month:02}" for year in range(2010, 2021) for month in range(1, 13)}
    assert {month for month in months - set(flour) if month <= "2020-02"} == {"2019-06"}


def test_food_prices__level_2017(mongolia: Pack) -> None:
    flour = frame(mongolia, "food_prices").filter(pl.col("commodity_en") == "Wheat flour, retail")
    price = dict(flour.select(pl.col("date").dt.strftime("%Y-%m"), "price_mnt_per_kg").iter_rows())
    assert price["2017-01"] / price["2016-12"] == pytest.approx(1.58, abs=0.01)
    since = [value for month, value in price.items() if month >= "2017-01"]
    assert max(since) / min(since) < 1.1


def test_review_evidence__as_printed(mongolia: Pack) -> None:
    assert frame(mongolia, "review_evidence")["conflicts_with"].drop_nulls().len() == 9


def test_review_evidence__shares_2020(mongolia: Pack) -> None:
    evidence = frame(mongolia, "review_evidence")
    shares = evidence.filter(pl.col("evidence").is_in(["E003", "E005", "E006", "E007", "E008"]))["value"]
    assert shares.sum() == pytest.approx(101.1)


def test_review_evidence__left_the_capital(mongolia: Pack) -> None:
    assert value(frame(mongolia, "review_evidence"), "value", evidence="E018") == 43_478
    capital = frame(mongolia, "internal_migration").filter(pl.col("place") == "MN11").sort("year")
    windows = capital["out_migrants"].rolling_sum(5).drop_nulls()
    assert 43_478 not in windows.to_list()
    by_last_year = dict(zip(capital["year"].to_list()[4:], windows, strict=True))
    assert (by_last_year[2020], by_last_year[2021]) == (48_633, 42_385)


def test_review_evidence__citizens_abroad(mongolia: Pack) -> None:
    evidence = frame(mongolia, "review_evidence")
    printed = [value(evidence, "value", evidence=code) for code in ("E026", "E037", "E060")]
    assert printed == [122.3, 167_300, 200_000]


def test_review_evidence__remittance_share(mongolia: Pack) -> None:
    evidence = frame(mongolia, "review_evidence")
    assert [value(evidence, "value", evidence=code) for code in ("E057", "E099", "E058")] == [4.1, 5, 10]


def test_review_evidence__desertification_cost(mongolia: Pack) -> None:
    cost = frame(mongolia, "review_evidence").filter(pl.col("evidence") == "E011")
    assert cost.select("value", "unit").row(0) == (2, "billion MNT")
    assert "implausibly small" in cost["note"].item()
