"""What goes with leaving in Mongolia: the figures that the method page states."""

import numpy as np
import pytest

from nuudel.base.packs import Pack, load_pack
from nuudel.model.determinants.between_places import between_places
from nuudel.model.determinants.characteristics import mean_over_years, mean_temperature, place_characteristics
from nuudel.model.determinants.exposure import by_head
from nuudel.model.determinants.leavers import Specification, determinants
from nuudel.statistics.internal_migration import InternalMigration, arrange_margins

CAPITAL = "MN11"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("mongolia")


@pytest.fixture(scope="module")
def margins(pack: Pack) -> InternalMigration:
    table = pack.table("internal_migration")
    return arrange_margins(
        table.frame.select("year", "place", persons="in_migrants"),
        table.frame.select("year", "place", persons="out_migrants"),
        pack.table("national_population").frame,
        table.caveats,
    )


def test_one_more_million_animals_lost(pack: Pack, margins: InternalMigration) -> None:
    main = Specification((1991, 2016), year_effects=True, trends=False, capital=False)
    others = [
        Specification(years, year_effects, trends, capital)
        for years in ((1991, 2016), (1983, 2016), (1991, 2022), (2003, 2016))
        for year_effects, trends in ((True, False), (False, False), (True, True))
        for capital in (False, True)
    ]
    found = determinants(
        margins,
        by_head(pack.table("livestock_losses").frame, margins.places),
        main=main,
        others=others,
        capital=CAPITAL,
        natural_experiment=["out"],
        draws=199,
    )
    effects = {(e.side, e.determinant): e for e in found.effects}
    after = effects["out", "losses_last_year"]
    assert after.percent == pytest.approx(71.6, abs=0.5)
    assert after.low == pytest.approx(18, abs=2)
    assert after.high == pytest.approx(150, abs=6)
    assert (after.lowest, after.highest) == pytest.approx((12.9, 79.1), abs=0.5)
    assert after.sure == "clear"
    tenth = 100 * np.expm1(np.log1p(np.array([after.percent, after.low, after.high]) / 100) / 10)
    assert tenth == pytest.approx([5.5, 1.7, 9.6], abs=0.2)
    least = found.curve.filter(found.curve["determinant"] == "losses_last_year", found.curve["side"] == "out")
    assert not least.sort("percent")["year_effects"][0]
    assert after.largest_seen == pytest.approx(1.6643)
    now = effects["out", "losses_this_year"]
    assert now.percent == pytest.approx(65.0, abs=0.5)
    assert (now.lowest, now.highest) == pytest.approx((24.2, 76.0), abs=0.5)
    assert now.low > 0
    # 24 specifications, two sides, three determinants; in all of them losses go with more leavers.
    assert found.curve.height == 24 * 2 * 3
    leaving = found.curve.filter(
        found.curve["side"] == "out", found.curve["determinant"] != "moves_of_last_year"
    )
    assert (leaving["percent"] > 0).all()
    assert effects["in", "losses_this_year"].reading == "correlation"
    moves = effects["out", "moves_of_last_year"]
    assert (moves.percent, moves.lowest, moves.highest) == pytest.approx((13.6, -7.3, 14.1), abs=0.1)
    assert (moves.low, moves.high) == pytest.approx((2.9, 25.5), abs=1.5)
    assert (now.low, now.high) == pytest.approx((4, 162), abs=8)


def test_between_aimags_only_distance_is_clear(pack: Pack, margins: InternalMigration) -> None:
    places = pack.table("places").frame
    parents = dict(places.filter(places["level"] == "soum").select("code", "parent").iter_rows())
    coordinates = {
        code: (latitude, longitude)
        for code, latitude, longitude in places.select("code", "latitude", "longitude").iter_rows()
    }
    indicators = pack.table("aimag_indicators").frame
    winter = mean_temperature(pack.table("temperature_normals").frame, parents, margins.places, (12, 1, 2))
    found = between_places(
        margins,
        "out",
        mean_over_years(indicators, "resident_population", margins.places),
        place_characteristics(indicators, coordinates, margins.places, CAPITAL, winter),
        years=(2016, 2020, 2021, 2022),
        leave_out=[CAPITAL],
        draws=399,
    )
    assert len(found.places) == 21
    clear = [name for k, name in enumerate(found.names) if (found.low[:, k] * found.high[:, k] > 0).all()]
    assert clear == ["distance_to_capital"]
    at = found.names.index("distance_to_capital")
    assert found.standard_deviation[at] == pytest.approx(3.33, abs=0.01)
    assert found.percent[:, at] == pytest.approx([-19.5, -19.8], abs=0.2)
    assert found.low[:, at] == pytest.approx([-31.5, -32.7], abs=0.5)
    assert found.high[:, at] == pytest.approx([-5.4, -4.3], abs=0.5)
    assert found.turns[:, at].tolist() == [0, 0]
    assert (found.same_sign[:, at] > 0.99).all()
    poverty = found.names.index("poverty")
    assert found.turns[1, poverty] == 6
    assert np.abs(found.correlation - np.eye(6)).max() == pytest.approx(0.70, abs=0.01)
