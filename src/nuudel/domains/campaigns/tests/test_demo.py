"""The demonstration: records in every stage, all marked, with history, facts and audit."""

from pathlib import Path

import pytest

from nuudel.domains.campaigns import figures, models, record_types, series
from nuudel.domains.campaigns.demo import make_demo
from nuudel.domains.campaigns.tests.given import counted, ledger_now, person
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.operations.database import Addresses
from nuudel.web.operations.demo import PLACES
from nuudel.web.shell import records
from nuudel.web.testing import institution


@pytest.fixture(scope="module")
def users(database: Addresses) -> dict[Role, User]:
    office = institution("demo-office", synthetic=True)
    roles = (Role.REGISTRAR, Role.CASE_WORKER, Role.POLICY_COORDINATOR)
    users = {role: person(role, PLACES.get(role, ""), office) for role in roles}
    make_demo(users, office)
    return users


def states(user: User, record_type: record_types.RecordType) -> set[str]:
    with acting(user, "test"):
        return set(records.readable(user, record_type).values_list("state", flat=True))


def test_there_is_something_in_every_stage(users: dict[Role, User]) -> None:
    coordinator = users[Role.POLICY_COORDINATOR]
    assert states(coordinator, record_types.CAMPAIGN) == {"evaluated", "running", "planned", "cancelled"}
    assert states(coordinator, record_types.TRAINING) == {"evaluated", "held", "planned", "draft"}
    assert states(coordinator, record_types.MANUAL) == {"published", "reviewed", "draft"}


def test_all_of_it_is_marked(users: dict[Role, User], tmp_path: Path) -> None:
    with acting(users[Role.POLICY_COORDINATOR], "test"):
        for model in (models.Campaign, models.Training, models.Manual):
            assert set(model.objects.values_list("synthetic", flat=True)) == {True}
    facts = ledger_now(tmp_path).facts("event").to_polars()
    assert facts.height > 10
    assert facts["quality"].unique().to_list() == ["synthetic"]


def test_its_figures_are_those_of_its_records(users: dict[Role, User], tmp_path: Path) -> None:
    by_kind = counted(tmp_path, series.TRAININGS, "kind")
    assert by_kind == {("training_held",): (3, 7.0 + 31.0 + 21.0)}
    trained = counted(tmp_path, series.OFFICIALS, "sex")
    assert {sex: persons for (sex,), (_, persons) in trained.items()} == {
        "female": 5.0 + 22 + 17, "male": 2.0 + 9 + 4, "other": 0.0, "unknown": 0.0,
    }  # fmt: skip
    reach = counted(tmp_path, series.REACH, "kind")
    assert reach == {("reach_counted",): (4, 640_000.0 + 210_000 + 385_000 + 1_150)}
    public = figures.public_counts(ledger_now(tmp_path), lambda code: code, minimum=5)
    assert {row.quality for row in public} == {"synthetic"}
    assert sum(row.count or 0 for row in public if row.kind == "officials_trained") == 59


def test_each_history_leads_to_the_state(users: dict[Role, User]) -> None:
    user = users[Role.POLICY_COORDINATOR]
    with acting(user, "test"):
        for record_type in record_types.RECORD_TYPES:
            for record in records.readable(user, record_type):
                history = records.history(record_type, record)
                assert records.folded_state(record_type, history) == record.state


def test_it_is_made_for_synthetic_institutions_alone(database: Addresses) -> None:
    with pytest.raises(AssertionError, match="synthetic"):
        make_demo({}, institution("real-office"))
