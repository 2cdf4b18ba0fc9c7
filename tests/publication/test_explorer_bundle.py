"""The explorer's bundle: figures against the pack's tables, shapes in their frame, sums, and its hash."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from nuudel.base.errors import PublicationError
from nuudel.publication.charts.style import NET_BREAKS
from nuudel.publication.explorer.frame import path_of, ring_of
from nuudel.publication.explorer.indicators import breaks_of
from nuudel.publication.explorer.read import Bundle, read_bundle
from nuudel.publication.explorer.routes import rounded, sums
from nuudel.publication.explorer.words import load_words
from nuudel.publication.explorer.write import compose_bundle, write_bundle

from .explorer_data import material_of

# Every route is rounded to at most a fifth of its range, so a sum of 21 by much less than this share.
ROUNDING_SHARE = 0.02


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    write_bundle(material_of("mongolia"), folder)
    return folder


@pytest.fixture(scope="module")
def bundle(folder: Path) -> Bundle:
    return read_bundle(folder)


def at(bundle: Bundle, code: str, year: int) -> tuple[int, int]:
    entry, row = bundle.series[code], bundle.years.index(year)
    return entry["arrivals"][row], entry["departures"][row]


def test_registered_moves_are_those_of_the_table(bundle: Bundle) -> None:
    assert at(bundle, "MN81", 2021) == (560, 1596)
    came, left = at(bundle, "MN11", 2021)
    assert came - left == 17601


def test_the_country_is_the_sum_of_its_places(bundle: Bundle) -> None:
    units = [unit.code for unit in bundle.units()]
    assert len(units) == 22
    for year in (1983, 2005, 2022):
        rows = [at(bundle, code, year) for code in units]
        assert at(bundle, "MN", year) == tuple(
            sum(v for v in side if v is not None) for side in zip(*rows, strict=True)
        )


def test_what_was_not_counted_is_null_and_no_zero(bundle: Bundle) -> None:
    assert at(bundle, "MN42", 1985) == (None, None)
    came, left = at(bundle, "MN42", 2006)
    assert came is not None
    assert left is None


def test_doubtful_years_have_their_reason_and_sides(bundle: Bundle) -> None:
    told = {(d["year"], d["effect"]): d for d in bundle.series["MN81"]["doubtful"]}
    assert told[2014, "doubtful"]["sides"] == ["in", "out"]
    assert told[2018, "not_comparable"]["sides"] == ["out"]
    assert "copied" in told[2015, "doubtful"]["reason"]["en"]
    # a caveat on all places over decades is about the series, not about its years
    assert (1995, "doubtful") not in told


def test_residents_are_of_one_source(bundle: Bundle) -> None:
    assert bundle.series["MN81"]["population"]["2020"] == 73231
    assert bundle.series["MN18101"]["population"]["2020"] == 16397
    rows = bundle.details("MN81")["population"]
    assert {row["table"] for row in rows} == {"aimag_indicators", "regional_population"}


def test_routes_add_up_to_the_margins(bundle: Bundle) -> None:
    routes = material_of("mongolia").routes
    assert routes is not None
    flows = routes.flows
    assert bundle.index["flows"]["years"] == [2020, 2021, 2022]
    for t, year in enumerate(flows.years):
        arrivals, departures = sums(bundle.flows(year)["rows"], flows.places)
        for found, margin in ((arrivals, flows.in_migrants[t]), (departures, flows.out_migrants[t])):
            np.testing.assert_allclose(
                found, margin * flows.total[t] / margin.sum(), rtol=ROUNDING_SHARE, atol=30
            )


def test_routes_have_ranges_round_them_and_come_largest_first(bundle: Bundle) -> None:
    rows = bundle.flows(2021)["rows"]
    assert bundle.flows(2021)["quality"] == "estimated"
    assert all(low <= persons <= high for _, _, persons, low, high in rows)
    assert [row[2] for row in rows[:40]] == sorted((row[2] for row in rows[:40]), reverse=True)
    assert all(origin != destination for origin, destination, *_ in rows)


def test_a_figure_is_rounded_to_what_its_range_supports() -> None:
    assert rounded(2787.4, 2512.0, 3104.0) == (2800, 2500, 3100)
    assert rounded(3.4, 1.2, 6.8) == (3, 1, 7)
    assert rounded(0.0, 0.0, 0.0) == (0, 0, 0)


def test_partners_of_a_place_are_its_routes(bundle: Bundle) -> None:
    sides = bundle.details("MN81")["partners"]["2021"]
    routes = bundle.flows(2021)["rows"]
    assert sides["to"] == [[d, *rest] for o, d, *rest in routes if o == "MN81"]
    assert sides["from"] == [[o, *rest] for o, d, *rest in routes if d == "MN81"]


@pytest.mark.parametrize("level", ["aimag", "soum"])
def test_shapes_and_places_lie_inside_the_frame(bundle: Bundle, level: str) -> None:
    drawn = bundle.shapes(level)
    assert drawn is not None
    assert drawn["width"] == 960
    for unit in drawn["units"]:
        assert re.fullmatch(r"(M-?\d+,-?\d+( -?\d+,-?\d+)+Z)+", unit["d"]), unit["code"]
        points = np.array(
            [[int(n) for n in pair.split(",")] for pair in re.findall(r"-?\d+,-?\d+", unit["d"])]
        )
        assert (points >= 0).all()
        assert (points <= [drawn["width"], drawn["height"]]).all()
    assert {unit["code"] for unit in drawn["units"]} <= set(bundle.places)
    for place in bundle.places.values():
        assert 0 <= place.xy[0] <= 960
        assert 0 <= place.xy[1] <= drawn["height"]


def test_east_is_right_and_north_is_up(bundle: Bundle) -> None:
    dornod, khovd, umnugovi, khuvsgul = (bundle.place(code).xy for code in ("MN21", "MN84", "MN46", "MN67"))
    assert khovd[0] < dornod[0]
    assert khuvsgul[1] < umnugovi[1]


def test_a_ring_keeps_its_corners_and_loses_what_lies_between() -> None:
    ring = np.array([[0, 0], [5, 0.2], [10, 0], [10, 10], [10, 10.3], [0, 10], [0, 0]])
    assert ring_of(ring) == [(0, 0), (10, 0), (10, 10), (0, 10)]


def test_an_area_smaller_than_a_pixel_does_not_vanish() -> None:
    import shapely

    assert path_of(shapely.box(3.1, 4.1, 3.2, 4.2)) == "M3,4 4,4 4,5 3,5Z"


def test_indicators_have_their_values_classes_and_sources(bundle: Bundle) -> None:
    entry = bundle.indicators["net_per_100_moves"]
    assert tuple(entry["breaks"]) == NET_BREAKS
    # (560 - 1,596) / (560 + 1,596)
    assert bundle.indicator("net_per_100_moves")["aimag"]["2021"]["MN81"] == -48.1
    # 3,607,838 head over 9,355 households
    assert bundle.indicator("livestock_per_herder")["aimag"]["2020"]["MN81"] == 385.7
    # residents are known for two years only
    assert list(bundle.indicator("arrivals_per_1000")["aimag"]) == ["2019", "2020"]
    for entry in bundle.index["indicators"]:
        assert set(entry["title"]) == set(entry["unit"]) == {"en", "mn"}
        assert entry["source"]["en"]
        for breaks in entry["level_breaks"].values():
            assert breaks == sorted(set(breaks))
            assert len(breaks) == (8 if entry["palette"] == "net" else 6)


def test_counts_are_no_fill(bundle: Bundle) -> None:
    marks = {entry["key"]: entry["mark"] for entry in bundle.index["indicators"]}
    assert {
        marks[key] for key in ("residents", "young_children", "herders", "livestock", "livestock_losses")
    } == {"dots"}
    assert {marks[key] for key in ("net_per_100_moves", "livestock_per_herder", "poverty")} == {"fill"}


def test_classes_hold_about_as_many_places_each() -> None:
    values = {"2020": {str(i): float(i) for i in range(700)}}
    counts = np.bincount(np.digitize(list(values["2020"].values()), breaks_of(values)))
    assert counts.size == 7
    assert counts.min() > 60
    assert breaks_of({}) == ()


def test_ages_of_a_place_and_of_what_it_is_compared_with(bundle: Bundle) -> None:
    ages = bundle.details("MN81")["ages"]
    assert (ages["both"][0], ages["parts"], ages["of"], ages["compare"]) == (7851, 24, 24, "MN11")
    capital = bundle.details("MN11")["ages"]
    assert capital["compare"] == "MN"
    assert sum(capital["both"]) + sum(capital["other"]) == sum(
        sum(bundle.details(unit.code)["ages"]["both"]) for unit in bundle.units()
    )


def test_events_name_rules_and_dzuds(bundle: Bundle) -> None:
    events = {event["key"]: event for event in bundle.index["events"]}
    assert events["dzud_1999_2002"]["kind"] == "dzud"
    assert events["ulaanbaatar_registration_ban"]["kind"] == "rule"
    assert events["ulaanbaatar_registration_ban"]["places"] == ["MN11"]
    assert events["dzud_1999_2002"]["places"] == []


def test_two_writes_are_the_same_bundle_and_leave_nothing_old(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "flows-1900.json").write_text("{}")
    assert write_bundle(material_of("mongolia"), tmp_path) == read_bundle(folder).build
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {
        p.name: p.read_bytes() for p in folder.iterdir()
    }


def test_another_content_is_another_build(folder: Path) -> None:
    other = compose_bundle(material_of("austria"))
    assert json.loads(other["index.json"])["build"] != read_bundle(folder).build


@pytest.mark.parametrize("pack", ["austria", "usa", "canada"])
def test_a_country_with_counted_flows_and_no_outlines(pack: str, tmp_path: Path) -> None:
    write_bundle(material_of(pack), tmp_path)
    bundle = read_bundle(tmp_path)
    assert bundle.index["flows"]["quality"] == "observed"
    assert bundle.shapes(bundle.unit_level) is None
    last = bundle.index["flows"]["years"][-1]
    rows = bundle.flows(last)["rows"]
    assert all(low is high is None for *_, low, high in rows)
    codes = tuple(unit.code for unit in bundle.units())
    arrivals, departures = sums(rows, codes)
    for k, code in enumerate(codes):
        if bundle.series.get(code, {}).get("arrivals"):
            assert at(bundle, code, last) == (arrivals[k], departures[k])
    details = bundle.details(codes[0])
    assert details["forecast"] is None
    assert details["scenarios"] == []


def test_what_a_bundle_lacks_is_said(bundle: Bundle, tmp_path: Path) -> None:
    with pytest.raises(PublicationError, match=r"PUBLICATION-323.*MN81"):
        bundle.details("MN18")
    with pytest.raises(PublicationError, match="PUBLICATION-323"):
        bundle.details("../secret")
    with pytest.raises(PublicationError, match="PUBLICATION-324"):
        bundle.flows(1900)
    with pytest.raises(PublicationError, match=r"PUBLICATION-324.*livestock"):
        bundle.indicator("livestok")
    with pytest.raises(PublicationError, match="PUBLICATION-321"):
        load_words("xx")
    with pytest.raises(PublicationError, match="PUBLICATION-322"):
        read_bundle(tmp_path)
    (tmp_path / "index.json").write_text('{"format":0}')
    with pytest.raises(PublicationError, match="PUBLICATION-322"):
        read_bundle(tmp_path)


def test_places_of_a_broken_bundle_are_an_error_when_asked_for(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "index.json").write_bytes((folder / "index.json").read_bytes())
    (tmp_path / "place-MN81.json").write_text("{")
    with pytest.raises(PublicationError, match="PUBLICATION-322"):
        read_bundle(tmp_path).details("MN81")
