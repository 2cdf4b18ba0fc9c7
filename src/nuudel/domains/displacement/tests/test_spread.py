"""What informants say of an area: lowest, middle, highest, the figure that is taken; worked by hand."""

import html
from collections.abc import Mapping

import pytest

from nuudel.domains.displacement import models
from nuudel.domains.displacement.frames.informants import agreed_of
from nuudel.domains.displacement.frames.spread import Spread, drawn, spreads_of
from nuudel.domains.displacement.tests.given import step
from nuudel.domains.displacement.tests.rounds import Instrument, given_area_round, send_area
from nuudel.surveys.values import Value
from nuudel.web.access.context import acting
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import signed_in

REPEAT = "informants/informant"
AREA, CALM, SILENT = "MN18101", "MN18104", "MN18107"


def informant(said: int | None, credible: str = "", consent: str = "yes") -> Mapping[str, Value]:
    told: dict[str, Value] = {f"{REPEAT}/consent": consent}
    if credible:
        told[f"{REPEAT}/credible"] = credible
    if said is not None:
        told[f"{REPEAT}/persons_said"] = said
    return told


@pytest.fixture(scope="module")
def own(database: Addresses) -> Instrument:
    own = given_area_round()
    key = own.given.phone()
    four = [informant(100, "list"), informant(200, "direct"), informant(400, "hearsay")]
    send_area(own, key, AREA, 110, rows={REPEAT: [*four, informant(None, consent="no")]})
    calm = [informant(50, "direct"), informant(70, "direct")]
    send_area(own, key, CALM, 60, rows={REPEAT: calm})
    send_area(own, key, SILENT, visit__outcome="refused")
    return own


def spreads(own: Instrument) -> dict[str, Spread]:
    with acting(own.given.planner, "test"):
        return {one.area: one for one in spreads_of(models.Submission.objects.filter(round=own.given.round))}


def test_the_spread_of_three_who_know_differently_well(own: Instrument) -> None:
    """Weights 1, 1/2, 1/3: half of 11/6 is reached at 100. Mean 181.8, standard deviation 111.3."""
    found = spreads(own)
    assert list(found) == [AREA, CALM]
    one = found[AREA]
    assert (one.lowest, one.middle, one.highest) == (100, 100, 400)
    assert one.cv == pytest.approx(0.6124, abs=1e-4)
    assert (one.taken, one.by, one.submissions) == (110, "one", 1)
    assert (one.asked, one.agreed, one.credibility) == (4, 3, 2.0)
    assert one.wide
    calm = found[CALM]
    assert (calm.lowest, calm.middle, calm.highest, calm.wide) == (50, 60, 70, False)
    assert calm.cv == pytest.approx(10 / 60)


def test_agreement_is_counted_by_area(own: Instrument) -> None:
    with acting(own.given.planner, "test"):
        found = agreed_of(models.Submission.objects.filter(round=own.given.round))
    assert {area: (one.asked, one.agreed) for area, one in found.items()} == {AREA: (4, 3), CALM: (2, 2)}


def test_a_second_submission_of_the_area_is_weighed_with_the_first(own: Instrument) -> None:
    """Its 130 counts as one more saying, and 120 lies between what the two teams wrote down."""
    second = send_area(own, own.given.phone(), AREA, 130)
    one = spreads(own)[AREA]
    assert (one.lowest, one.middle, one.highest) == (100, 130, 400)
    assert (one.taken, one.by, one.submissions) == (120, "median", 2)
    step(own.given.planner, "submission", second, "reject")
    assert spreads(own)[AREA].taken == 110


def test_dots_stand_on_one_scale(own: Instrument) -> None:
    wide, calm = drawn(list(spreads(own).values()), {AREA: "А"})
    assert (wide.name, calm.name) == ("А", CALM)
    assert (wide.high, wide.dots[-1].x) == ("312.0", "312.0")
    assert wide.low == "84.0"  # 8 + 304 * 100 / 400
    assert [dot.rank for dot in wide.dots] == [1, 2, 3]
    assert calm.high == "61.2"  # 8 + 304 * 70 / 400


def test_the_page_says_who_is_to_be_asked_again_and_names_nobody(own: Instrument) -> None:
    client = signed_in(own.given.planner)
    address = f"/en/desk/displacement/informants/?of={own.given.round.pk}"
    text = html.unescape(client.get(address).content.decode())
    assert "100 to 400, middle 100." in text
    assert "Taken: 110, as written down." in text
    assert text.count("far apart: ask again") == 1
    assert "5 / 6" in text
