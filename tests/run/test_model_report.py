"""What the model found, as the report and the release say it: true to the results, labelled, with ranges."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from nuudel.base.packs import load_pack
from nuudel.base.provenance import Effect
from nuudel.base.results import read_result, write_result
from nuudel.model.findings import Ahead, Routes, Why
from nuudel.pipeline import Run, run_pipeline
from nuudel.pipeline.readings import margins_of
from nuudel.pipeline.routes import counted_always
from nuudel.pipeline.why import ban_of, comparable_since

Finished = Callable[[str, str], Path]
BOTH = pytest.mark.parametrize("lang", ["en", "mn"])
CHAPTERS = {"why": "Why people move", "estimated": "Who goes where: an estimate", "ahead": "Looking ahead"}


def section(out: Path, key: str) -> str:
    """The text of one chapter, without its drawings."""
    html = (out / "report.html").read_text("utf-8")
    part = re.search(rf'<section id="{key}">(.*?)</section>', html, flags=re.DOTALL)
    assert part is not None, key
    body = re.sub(r"<svg.*?</svg>", " ", part.group(1), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def released(out: Path, key: str) -> pl.DataFrame:
    """A released table; figures as numbers, all else as text."""
    frame = pl.read_csv(out / "tables" / f"{key}.csv", infer_schema=False)
    return frame.with_columns(pl.col("value").cast(pl.Float64))


@BOTH
def test_the_chapters_are_there_and_every_estimate_is_called_one(finished: Finished, lang: str) -> None:
    out = finished("mongolia", lang)
    word = {"en": "estimated", "mn": "тооцоо"}[lang]
    html = (out / "report.html").read_text("utf-8")
    for key in CHAPTERS:
        part = re.search(rf'<section id="{key}">(.*?)</section>', html, flags=re.DOTALL)
        assert part is not None
        figures = re.findall(r"<figure>(.*?)</figure>", part.group(1), flags=re.DOTALL)
        assert figures
        assert all(f'<span class="tag">{word}</span>' in figure for figure in figures), key


def test_every_table_of_the_model_says_that_it_is_estimated(finished: Finished) -> None:
    for key in (
        "estimated_flows",
        "migration_forecast",
        "forecast_skill",
        "forecast_coverage",
        "migration_effects",
        "dzud_effects",
        "registration_ban",
    ):
        frame = released(finished("mongolia", "en"), key)
        assert frame["quality"].unique().to_list() == ["estimated"], key
        assert frame["value"].is_not_null().any(), key


def test_the_estimated_tables_add_up_to_their_margins(finished: Finished) -> None:
    # Since 2020 in- and out-migrants agree, so that the tables must add up to what was printed.
    frame = released(finished("mongolia", "en"), "estimated_flows").filter(figure="estimate", year="2022")
    printed = load_pack("mongolia").table("internal_migration").frame.filter(pl.col("year") == 2022)
    for side, column in (("destination", "in_migrants"), ("origin", "out_migrants")):
        sums = dict(frame.group_by(side).agg(pl.col("value").sum()).iter_rows())
        for place, persons in printed.select("place", column).iter_rows():
            assert sums[place] == pytest.approx(persons, rel=1e-6, abs=0.01), (side, place)


def test_every_estimated_flow_lies_in_its_range(finished: Finished) -> None:
    wide = (
        released(finished("mongolia", "en"), "estimated_flows")
        .filter(status="normal")
        .pivot("figure", index=["origin", "destination", "year"], values="value")
    )
    assert wide.height > 15_000
    assert (wide["low80"] <= wide["high80"]).all()
    inside = (wide["low80"] <= wide["estimate"]) & (wide["estimate"] <= wide["high80"])
    # A mean may lie outside the middle eight tenths of a very skew distribution, of tiny flows only.
    assert inside.mean() > 0.97
    assert inside.filter(wide["estimate"] > 100).mean() > 0.999


def test_no_flow_is_shown_that_is_not_known_well_enough(finished: Finished) -> None:
    text = section(finished("mongolia", "en"), "estimated")
    rows = re.findall(r"([A-Z][\w-]+ to [A-Z][\w-]+) ([\d,]+) ([\d,]+)–([\d,]+)", text)
    assert len(rows) == 20
    for route, middle, low, high in rows:
        ends = [int(number.replace(",", "")) for number in (low, middle, high)]
        assert ends == sorted(ends), route
        assert ends[2] <= 3.2 * ends[0], route


def test_the_ban_is_told_as_a_range_on_registration(finished: Finished) -> None:
    out = finished("mongolia", "en")
    found = released(out, "registration_ban").filter(score="missing")
    assert len(found) >= 10
    # By hand: last value 3 x 25 196 - 29 276 = 46 312; mean of 2013 to 2015 30 593.33 x 3 - 29 276 = 62 504.
    values = dict(found.select("model", "value").iter_rows())
    assert values["last_value"] == 46_312
    assert values["mean_3_without_last"] == pytest.approx(62_504, abs=1)
    assert (found["value"].min(), found["value"].max()) == (46_312, pytest.approx(62_504, abs=1))
    text = section(out, "why")
    assert "46,000 to 63,000 registrations are missing" in text
    assert "effect on registration, not on movement" in text
    # Departures of the other 21 aimags, 2017 to 2019: 69 481; the models expected 113 541 to 133 176.
    assert "44,000 to 64,000 departures are missing in the same years" in text
    assert "20 of 21 fell" in text


def test_effects_are_said_with_their_ranges(finished: Finished) -> None:
    text = section(finished("mongolia", "en"), "why")
    pattern = r"goes? with (\d+) % (more|fewer) \w+ in the \w+ year \(95 % range (−?\d+) to (−?\d+) %\)"
    said = re.findall(pattern, text)
    assert len(said) >= 2
    for middle, more, low, high in said:
        ends = sorted(int(number.replace("−", "-")) for number in (low, high))
        sign = 1 if more == "more" else -1
        assert ends[0] <= sign * int(middle) <= ends[1]
        assert ends[0] > 0 or ends[1] < 0  # what may be either is not said as one
    assert "need not be cause and effect" in text


def test_the_model_used_is_the_one_that_won(finished: Finished) -> None:
    out = finished("mongolia", "en")
    ahead = read_result(Ahead, out / "model" / "ahead.msgpack")
    skill = released(out, "forecast_skill").filter(score="crps")
    best = skill.sort("value")["model"][0]
    assert ahead.choice.best == best
    assert ahead.forecast.model == ahead.choice.model
    assert ahead.choice.model in ahead.choice.within
    naive = dict(skill.select("model", "value").iter_rows())["last_value"]
    text = section(out, "ahead")
    assert f"against {naive:,.0f} of" in text
    assert "(used)" in text
    mae = dict(released(out, "forecast_skill").filter(score="mae").select("model", "value").iter_rows())
    assert mae["last_value"] == pytest.approx(799, abs=1)  # the trial's figure for the same task


def test_the_forecast_has_ranges_that_contain_each_other(finished: Finished) -> None:
    wide = released(finished("mongolia", "en"), "migration_forecast").pivot(
        "figure", index=["place", "year", "direction"], values="value"
    )
    assert wide.height == 22 * 3 * 2
    order = wide.select("low95", "low80", "estimate", "high80", "high95").to_numpy()
    assert (np.diff(order, axis=1) >= 0).all()
    assert (order >= 0).all()


def test_what_holds_moves_back_in_a_country_that_counts_them(finished: Finished) -> None:
    out = finished("austria", "en")
    text = section(out, "why")
    effects = released(out, "distance_effects").filter(determinant="distance_km")
    middle, low, high = (effects.filter(figure=end)["value"][0] for end in ("estimate", "low95", "high95"))
    assert low < middle < high < 0
    assert f"10 % farther: {-middle:.0f} % fewer people move" in text
    models = released(out, "flow_models").filter(score="cpc")
    assert len(models) >= 8
    assert models["value"].is_between(0, 1).all()
    assert "deviance" in text.lower()


def test_results_are_kept_and_read_back(finished: Finished, tmp_path: Path) -> None:
    out = finished("mongolia", "en")
    for kind, step in ((Why, "why"), (Routes, "routes"), (Ahead, "ahead")):
        kept = read_result(kind, out / "model" / f"{step}.msgpack")
        write_result(kept, tmp_path / step)
        assert (tmp_path / step).read_bytes() == (out / "model" / f"{step}.msgpack").read_bytes()


def test_years_before_a_ban_are_comparable_after_the_last_widespread_doubt() -> None:
    pack = load_pack("mongolia")
    assert comparable_since(pack, 2017) == 2006  # arrivals outside the capital are doubtful in 2003 to 2005
    assert comparable_since(pack, 2004) == 1992  # those of 1991 are
    doubts = [c for c in margins_of(pack).caveats if c.effect is Effect.DOUBTFUL and c.years]
    assert any(c.years == (2003, 2005) and len(c.places) == 21 for c in doubts)


def test_the_ban_is_the_event_in_whose_years_a_caveat_disturbs_arrivals(finished: Finished) -> None:
    pack = load_pack("mongolia")
    run = Run(pack, finished("mongolia", "en"), "en", 1)
    assert ban_of(pack, run.internal) == ("MN11", 2017, 2019)
    austria = load_pack("austria")
    assert ban_of(austria, Run(austria, finished("austria", "en"), "en", 1).internal) is None


def test_a_place_that_comes_or_goes_is_left_out_of_the_study_of_flows() -> None:
    flows = pl.DataFrame(
        {
            "year": [1, 1, 1, 1, 2, 2],
            "origin": ["a", "b", "a", "c", "a", "b"],
            "destination": ["b", "a", "c", "a", "b", "a"],
            "migrants": [1, 2, 3, 4, 5, 6],
        }
    )
    kept = counted_always(flows)
    assert kept["migrants"].to_list() == [1, 2, 5, 6]


def test_a_model_that_cannot_be_estimated_is_said_and_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nuudel.base.errors import ModelError
    from nuudel.pipeline import routes

    def fail(*_: object) -> None:
        raise ModelError(208, "nobody moved in the known cells.", "Give cells with migrants.")

    monkeypatch.setattr(routes, "study_flows", fail)
    run_pipeline(Run(load_pack("austria"), tmp_path, "en", 1), lambda name, result: None)
    text = (tmp_path / "report.html").read_text("utf-8")
    assert "MODEL-208: nobody moved in the known cells." in text
    assert "Not estimated." in text


def test_one_question_without_an_answer_leaves_the_others(
    finished: Finished, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nuudel.base.errors import ModelError
    from nuudel.pipeline import why

    def fail(*_: object, **__: object) -> None:
        raise ModelError(403, "no comparable placebo window lies before the ban.", "Give more years.")

    monkeypatch.setattr(why, "registration_ban", fail)
    pack = load_pack("mongolia")
    run = Run(pack, finished("mongolia", "en"), "en", 1)
    found = why.ask_why(pack, run.gazetteer, run.internal, 1)
    assert found.ban is None
    assert found.determinants is not None
    assert found.between is not None
    assert found.problems == (
        "MODEL-403: no comparable placebo window lies before the ban. Give more years.",
    )


def test_without_a_flow_known_well_enough_no_map_is_drawn(finished: Finished) -> None:
    from dataclasses import replace

    from nuudel.publication.report.chapters.estimated_routes import write_estimated_routes
    from nuudel.publication.report.document import Figure

    material = Run(load_pack("mongolia"), finished("mongolia", "en"), "en", 1).material
    assert material.routes is not None
    wide = replace(material.routes.flows, low80=material.routes.flows.low80 * 0)
    vague = replace(material, routes=replace(material.routes, flows=wide))
    chapter = write_estimated_routes(vague)
    assert chapter is not None
    assert not any(isinstance(block, Figure) for block in chapter.blocks)
    assert len(chapter.blocks) == 1


def test_results_of_another_pack_in_the_same_folder_are_replaced(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "routes.msgpack").write_bytes(b"of another country")
    run = Run(load_pack("austria"), tmp_path, "en", 1)
    run_pipeline(run, lambda name, result: None, until="gravity")
    assert not (tmp_path / "model" / "routes.msgpack").exists()
    record = json.loads((tmp_path / "run.json").read_text("utf-8"))
    assert record["steps"][-1]["name"] == "gravity"
