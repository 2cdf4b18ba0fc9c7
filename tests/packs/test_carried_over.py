"""The Mongolian tables against the original files: totals, row counts, single figures."""

import csv
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from nuudel.base.packs import Pack

AIMAGS = 22
# Figures that the originals print with binary noise (40.5799999999999) are carried over with three decimals.
PRINTED_DECIMALS = 5e-4


@pytest.fixture(scope="module")
def source(shared_data: Path) -> Path:
    return shared_data / "mongolia"


def coded(frame: pl.DataFrame, code: str = "nso_code") -> pl.DataFrame:
    return frame.with_columns(pl.format("MN{}", pl.col(code)).alias("place"))


def same(ours: pl.DataFrame, original: pl.DataFrame, key: list[str]) -> None:
    columns = ours.columns
    assert_frame_equal(
        ours.sort(key),
        original.select(columns).sort(key),
        check_dtypes=False,
        abs_tol=PRINTED_DECIMALS,
        rel_tol=0,
    )


def test_internal_migration(mongolia: Pack, source: Path) -> None:
    ours = mongolia.table("internal_migration").frame
    original = coded(pl.read_csv(source / "internal_migration_by_aimag_1983_2022.csv"))
    assert ours.height == AIMAGS * 40
    same(ours, original, ["year", "place"])
    # Net migration is left out because it can be derived.
    assert (original["net_migration"] == original["in_migrants"] - original["out_migrants"]).all()
    assert ours["in_migrants"].sum() == 1_735_583
    assert ours["out_migrants"].sum() == 1_791_711


def test_livestock_losses(mongolia: Pack, source: Path) -> None:
    ours = mongolia.table("livestock_losses").frame
    original = coded(pl.read_csv(source / "livestock_losses_by_aimag_1971_2025.csv"))
    assert original.height == AIMAGS * 55
    assert ours.height == AIMAGS * 55 - 25
    same(ours, original.drop_nulls(), ["year", "place"])


def test_animal_deaths(mongolia: Pack, source: Path) -> None:
    ours = mongolia.table("animal_deaths").frame
    with (source / "animal_deaths_by_aimag.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[1:]
    sums = {int(year): sum(int(row[i]) for row in rows[1:]) for i, year in enumerate(rows[0]) if i > 1}
    assert ours.height == AIMAGS * 11
    assert dict(ours.group_by("year").agg(pl.col("deaths_head").sum()).iter_rows()) == sums
    zavkhan = ours.filter(pl.col("place") == "MN81").sort("year")["deaths_head"]
    assert zavkhan.to_list() == [int(value) for value in rows[1][2:]]
    of_2019 = dict(ours.filter(pl.col("year") == 2019).select("place", "deaths_head").iter_rows())
    assert of_2019["MN23"] == 20_168
    assert of_2019["MN11"] == 298


def test_population(mongolia: Pack, source: Path) -> None:
    original = pl.read_csv(source / "midyear_population_1990_2025_partial.csv")
    national = mongolia.table("national_population").frame
    western = mongolia.table("regional_population").frame
    regions = mongolia.table("economic_region_population").frame
    assert (national.height, western.height, regions.height) == (36, 180, 72)
    assert national.height + western.height + regions.height == original.height
    total = national["population"].sum() + western["population"].sum() + regions["population"].sum()
    assert total == original["mid_year_population"].sum()
    five = western.group_by("year").agg(pl.col("population").sum())
    west = regions.filter(pl.col("region_en") == "Western region").select("year", "population")
    assert_frame_equal(five.sort("year"), west.sort("year"))
    assert western.filter(pl.col("year") == 2025, pl.col("place") == "MN83")["population"].item() == 119_138


def test_soum_and_aimag_indicators(mongolia: Pack, source: Path) -> None:
    soums, aimags = (mongolia.table(n).frame for n in ("soum_indicators", "aimag_indicators"))
    by_soum = pl.read_csv(source / "soum_indicators_2019_2021.csv")
    by_aimag = pl.read_csv(source / "aimag_indicators_2016_2021.csv")
    assert soums.height == 339 * 3
    assert aimags.height == AIMAGS * 5
    pairs = [
        ("resident_population", 2019, "resident_pop_2019"),
        ("resident_population", 2020, "resident_pop_2020"),
        ("children_under_5", 2019, "children_u5_2019"),
        ("children_under_5", 2021, "children_u5_2021"),
        ("herder_households", 2019, "herder_households_2019"),
        ("herder_households", 2020, "herder_households_2020"),
        ("livestock_head", 2019, "livestock_head_2019"),
        ("livestock_head", 2020, "livestock_head_2020"),
        ("hay_harvest_tonnes", 2019, "hay_harvest_t_2019"),
    ]
    for column, year, printed in pairs:
        for ours, original in ((soums, by_soum), (aimags, by_aimag)):
            total = ours.filter(pl.col("year") == year)[column].sum()
            assert total == pytest.approx(original[printed].sum(), abs=PRINTED_DECIMALS)
    for year in (2016, 2018):
        ours = aimags.filter(pl.col("year") == year).sort("place")["poverty_headcount_percent"]
        original = by_aimag.sort("aimag_code")[f"poverty_headcount_pct_{year}"]
        assert ours.to_list() == original.to_list()


def test_the_aimags_are_the_sums_of_their_soums(mongolia: Pack) -> None:
    soums, aimags = (mongolia.table(n).frame for n in ("soum_indicators", "aimag_indicators"))
    parents = mongolia.table("places").frame.select(place="code", parent="parent")
    columns = ["resident_population", "children_under_5", "herder_households", "livestock_head"]
    sums = soums.join(parents, on="place").group_by("year", "parent").agg(pl.col(columns).sum())
    both = sums.join(aimags, left_on=["year", "parent"], right_on=["year", "place"])
    assert both.height == AIMAGS * 3
    for column in columns:
        assert both[column].to_list() == both[f"{column}_right"].fill_null(0).to_list()


def test_resident_population_by_age(mongolia: Pack, source: Path) -> None:
    ours = mongolia.table("resident_population_by_age").frame
    original = coded(pl.read_csv(source / "resident_population_by_soum_age_2019.csv"))
    assert ours.height == 329 * 15
    ages = original.filter(pl.col("age_group") != "Total").rename({"age_group": "age"})
    ages = ages.rename({"population": "resident_population"})
    same(ours, ages, ["place", "age"])
    totals = original.filter(pl.col("age_group") == "Total").select("place", "population").sort("place")
    sums = ours.group_by("place").agg(population=pl.col("resident_population").sum()).sort("place")
    assert_frame_equal(sums, totals)
    soums = mongolia.table("soum_indicators").frame.filter(pl.col("year") == 2019)
    joined = sums.join(soums, on="place")
    assert joined["population"].to_list() == joined["resident_population"].to_list()


def test_wpp2024(mongolia: Pack, source: Path) -> None:
    def wpp(name: str) -> pl.DataFrame:
        return pl.read_csv(source / "wpp" / f"wpp2024_mng_{name}.csv")

    life = mongolia.table("wpp2024_life_expectancy").frame
    assert life.height == 3 * (74 + 77)
    for sex, letter in (("male", "M"), ("female", "F"), ("both", "B")):
        ours = life.filter(pl.col("sex") == sex).sort("year")
        original = pl.concat([wpp("e01dt"), wpp("e0proj1dt")], how="diagonal").sort("year")
        assert ours["life_expectancy_years"].to_list() == original[f"e0{letter}"].to_list()
        assert ours["upper_95"].to_list() == original[f"e0{letter}_95u"].to_list()
    fertility = mongolia.table("wpp2024_total_fertility").frame
    original = pl.concat([wpp("tfr1dt"), wpp("tfrproj1dt")], how="diagonal").sort("year")
    assert fertility["children_per_woman"].to_list() == original["tfr"].to_list()
    assert fertility["low_variant"].to_list() == original["tfr_low"].to_list()
    shares = mongolia.table("wpp2024_fertility_by_age").frame
    assert shares["share_percent"].sum() == pytest.approx(wpp("percentASFR5dt")["pasfr"].sum(), abs=1e-3)
    assert shares.group_by("year").agg(pl.col("share_percent").sum())["share_percent"].to_list() == (
        pytest.approx([100.0] * 30, abs=1e-4)
    )
    deaths = mongolia.table("wpp2024_mortality_by_age").frame
    assert deaths.height == 660 * 3
    for sex, letter in (("male", "M"), ("female", "F"), ("both", "B")):
        ours = deaths.filter(pl.col("sex") == sex)["deaths_per_person_year"].sum()
        assert ours == pytest.approx(wpp("mx5dt")[f"mx{letter}"].sum())
    ratio = mongolia.table("wpp2024_sex_ratio_at_birth").frame
    assert ratio["boys_per_girl"].to_list() == wpp("sexRatio1dt")["srb"].to_list()


def test_wpp2024_components_add_up(mongolia: Pack, source: Path) -> None:
    ours = mongolia.table("wpp2024_components").frame
    for column, files, printed in (
        ("births_thousand", ("misc1dt", "miscproj1dt"), "births"),
        ("net_migration_thousand", ("mig1dt", "migproj1dt"), "mig"),
    ):
        parts = [pl.read_csv(source / "wpp" / f"wpp2024_mng_{f}.csv") for f in files]
        assert ours[column].to_list() == pl.concat(parts, how="diagonal").sort("year")[printed].to_list()
    # Growth components add up but for the rounding of four printed figures and of the change of two totals.
    change = ours["births_thousand"] - ours["deaths_thousand"] + ours["net_migration_thousand"]
    assert (change - ours["population_change_thousand"]).abs().max() < 0.02
    by_age = mongolia.table("wpp2024_net_migration_by_age").frame
    assert by_age.height == 77 * 101
    total = by_age.group_by("year").agg(
        (pl.col("male_thousand") + pl.col("female_thousand")).sum().alias("sum")
    )
    both = total.join(ours, on="year")
    assert both.height == 77
    assert (both["sum"] - both["net_migration_thousand"]).abs().max() < 0.01


def test_wpp_populations(mongolia: Pack, source: Path) -> None:
    projected = mongolia.table("wpp2024_population_projection").frame
    original = pl.read_csv(source / "wpp" / "wpp2024_mng_popproj1dt.csv")
    assert projected["male_thousand"].to_list() == pytest.approx(
        original["popM"].to_list(), abs=PRINTED_DECIMALS
    )
    assert projected["total_lower_95_thousand"].to_list() == original["pop_95l"].to_list()
    by_age = mongolia.table("wpp2019_population_by_age").frame
    original = pl.read_csv(source / "wpp" / "wpp2019_mng_population_age5_sex.csv")
    assert by_age.height == 31 * 21 * 2
    sums = original.group_by("year").agg(pl.col("pop_thousand").sum()).sort("year")["pop_thousand"]
    ours = (
        by_age.group_by("year").agg(pl.col("population_thousand").sum()).sort("year")["population_thousand"]
    )
    assert ours.to_list() == pytest.approx(sums.to_list())


def test_migrant_stocks(mongolia: Pack, source: Path) -> None:
    ours = mongolia.table("migrant_stocks").frame
    original = pl.read_csv(source / "undesa_ims2019_mongolia.csv")
    # South America is a subtotal of Bolivia and Chile.
    subtotal = original.filter(pl.col("destination") == "South America")
    parts = original.filter(pl.col("destination").is_in(["Bolivia (Plurinational State of)", "Chile"]))
    sums = parts.group_by("year").agg(pl.col("stock").sum())
    assert_frame_equal(subtotal.select("year", "stock").sort("year"), sums.sort("year"))
    assert ours.height == original.height - subtotal.height
    assert ours["persons"].sum() == original["stock"].sum() - subtotal["stock"].sum()
    assert ((ours["origin"] == "MN") != (ours["destination"] == "MN")).all()
    codes = ours.select(
        code=pl.when(pl.col("origin") == "MN").then("destination").otherwise("origin"), name="partner_en"
    ).unique()
    assert codes["code"].n_unique() == codes["name"].n_unique() == codes.height == 49
    assert codes["code"].str.contains("^[A-Z]{2}$").all()


def test_remittances_and_prices(mongolia: Pack, source: Path) -> None:
    ours = mongolia.table("remittances").frame
    original = pl.read_csv(source / "mongolia_bop_remittances_monthly_2009_2025.csv")
    assert ours["net_million_usd"].to_list() == original["net_remittances_musd"].to_list()
    prices = mongolia.table("food_prices").frame
    printed = pl.read_csv(source / "wfp_food_prices.csv", skip_rows_after_header=1, infer_schema_length=None)
    assert prices.height == printed.height == 134
    assert prices["price_mnt_per_kg"].sum() == pytest.approx(printed["price"].sum())


def test_stations_and_normals(mongolia: Pack, source: Path) -> None:
    stations, normals = (mongolia.table(n).frame for n in ("weather_stations", "temperature_normals"))
    original = pl.read_csv(source / "soum_centre_temperature_normals.csv")
    dekads = [c for c in original.columns if c[3:4] == "-"]
    assert stations.height == original.select("aimagname", "sname", "lat", "lon").n_unique() == 322
    with_normals = original.filter(pl.col("jan-01").is_not_null())
    assert normals.height == with_normals.height * 36 == 301 * 36
    total = sum(with_normals[dekad].sum() for dekad in dekads)
    assert normals["mean_temperature_c"].sum() == pytest.approx(total)
    joined = normals.join(stations, on="station", suffix="_station")
    assert joined.height == normals.height
    assert joined["place"].to_list() == joined["place_station"].to_list()


def test_review_evidence(mongolia: Pack, shared_data: Path) -> None:
    ours = mongolia.table("review_evidence").frame
    with (shared_data / "review_evidence.csv").open(encoding="utf-8", newline="") as file:
        original = list(csv.DictReader(file))
    assert ours.height == len(original) == 122
    assert ours["statement"].to_list() == [row["statement"] for row in original]
    assert ours["value"].to_list() == [float(row["value"]) for row in original]
    assert ours["qualifier"].fill_null("").to_list() == [row["qualifier"] for row in original]
    named = {code for codes in ours["conflicts_with"].drop_nulls() for code in codes.split()}
    assert named <= set(ours["evidence"])


def test_events(mongolia: Pack) -> None:
    events = mongolia.table("events").frame
    assert set(events["kind"]) == {"policy", "dzud", "epidemic"}
    assert (events["start_year"] <= events["end_year"]).all()
    assert set(events["source"]) <= set(mongolia.sources)
    losses = (
        mongolia.table("livestock_losses")
        .frame.group_by("year")
        .agg(pl.col("adult_losses_thousand_head").sum().alias("losses"))
    )
    usual = losses["losses"].median()
    assert isinstance(usual, float)
    for start, end in events.filter(pl.col("kind") == "dzud").select("start_year", "end_year").iter_rows():
        worst = losses.filter(pl.col("year").is_between(start, end))["losses"].max()
        assert isinstance(worst, float)
        assert worst > 4 * usual
