"""Alerts as they are made: by the worker from what a phone sent, by two workers at once; and their pages."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, connections, transaction
from django.utils import timezone
from procrastinate import utils
from procrastinate.contrib.django import app

from nuudel.domains.displacement import models
from nuudel.domains.displacement.alerts import raising, watching
from nuudel.domains.displacement.alerts.watching import watch_all
from nuudel.domains.displacement.tests.given import given, make
from nuudel.domains.displacement.tests.rounds import Instrument, given_instrument
from nuudel.domains.displacement.tests.watches import AREA, POINT, Entered, passed
from nuudel.surveys.values import Value
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.operations.database import Addresses
from nuudel.web.shell.models import Notice
from nuudel.web.testing import signed_in, user_with


def rule_of(around: Any, **fields: Any) -> models.AlertRule:
    told = {
        "title": "Баруун хаалга",
        "signal": "passages_hour",
        "at_least": Decimal(50),
        "people_told": [around.planner.pk],
        "cases": 1,
    }
    rule = models.AlertRule(
        operation=around.operation,
        place=around.operation.place,
        institution=around.operation.institution,
        **told | fields,
    )
    made: models.AlertRule = make(around.planner, "alert_rule", rule)
    return made


def alerts(around: Any) -> list[models.Alert]:
    with acting(around.planner, "test"):
        return list(models.Alert.objects.filter(rule__operation=around.operation).order_by("pk"))


def do_jobs(patch: pytest.MonkeyPatch) -> None:
    """What waits is done as the worker does it, each job in a thread; its connections are closed."""
    in_thread = utils.sync_to_async

    async def closing(job: Any, *args: Any, **options: Any) -> Any:
        def called() -> Any:
            try:
                return job(*args, **options)
            finally:
                connections.close_all()

        return await in_thread(called)

    connector: Any = app.connector
    worker: Any = app.with_connector(connector.get_worker_connector())
    quiet = {"wait": False, "install_signal_handlers": False, "listen_notify": False}
    # A thread of its own: a browser of another test may have left a loop in this one.
    with patch.context() as patched, ThreadPoolExecutor(1) as thread:
        patched.setattr(utils, "sync_to_async", closing)
        thread.submit(worker.run_worker, delete_jobs="always", **quiet).result()


def send_watch(own: Instrument, key: Any, persons: int, replaces: str = "") -> str:
    day = timezone.localdate()
    began = datetime.combine(day, time(0), UTC)
    values: dict[str, Value] = {
        "start": began,
        "end": began + timedelta(hours=1),
        "watch/enumerator": "E-01",
        "watch/point": POINT,
        "watch/place": AREA,
        "watch/watched_on": day,
        "watch/watch_from": time(8),
        "watch/watch_to": time(10),
        "watch/break_minutes": 0,
        "watch/observed_minutes": 120,
        "watch/missed": "none",
        "watch/any_passed": "yes",
        "close/counted": persons,
    }
    row: dict[str, Value] = {
        "passing/hour": 8,
        "passing/direction": "in",
        "passing/mode": "bus",
        "passing/vehicles": 2,
        "passing/passed": persons,
        "passing/profile": "no",
    }
    return own.send(key, values, {"passing": [row]}, replaces=replaces)


def test_from_the_phone_to_the_mail_within_one_turn_of_the_worker(
    database: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = given_instrument("flow_registry")
    rule_of(own.given)
    key = own.given.phone()
    first = send_watch(own, key, 60)
    with connections["owner"].cursor() as cursor:  # what other tests left to be done
        cursor.execute("DELETE FROM procrastinate_jobs WHERE status = 'todo'")
    from nuudel.domains.displacement.jobs import enter_facts

    enter_facts.defer()
    monkeypatch.setattr(mail, "outbox", [], raising=False)
    # The facts, the alert, and the mail of its notice, which waits in the same queue of jobs.
    do_jobs(monkeypatch)
    [alert] = alerts(own.given)
    assert (alert.state, float(alert.value), alert.hour) == ("new", 60, 8)
    [sent] = mail.outbox
    assert sent.to == [own.given.planner.email]
    assert "60" in sent.body
    # A correction below the limit closes it.
    send_watch(own, key, 6, replaces=first)
    enter_facts.defer()
    do_jobs(monkeypatch)
    assert [row.state for row in alerts(own.given)] == ["lapsed"]
    assert len(mail.outbox) == 2


def test_the_job_comes_twice_a_minute() -> None:
    clock: Any = app.periodic_registry.periodic_tasks["displacement.enter_facts", ""].croniter
    moments = [datetime(2026, 11, 22, 10, tzinfo=UTC).timestamp()]
    for _ in range(4):
        moments.append(clock.get_next(ret_type=float, start_time=moments[-1]))
    assert {later - earlier for earlier, later in pairwise(moments)} == {30}


def test_two_workers_at_once_make_one_alert(database: Addresses) -> None:
    own = Entered(given())
    rule_of(own.given, signal="passages_day")
    own.watch(timezone.localdate(), passed(8, 60))
    start, made = threading.Barrier(3), []

    def work() -> None:
        start.wait()
        made.append(watch_all())
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [0, 0, 1]
    assert len(alerts(own.given)) == 1
    assert Notice.objects.filter(user=own.given.planner, record_type="displacement.alert").count() == 1


def test_the_database_keeps_a_second_one_out(database: Addresses, monkeypatch: pytest.MonkeyPatch) -> None:
    own = Entered(given())
    rule = rule_of(own.given)
    own.watch(timezone.localdate(), passed(8, 60))
    assert watch_all() == 1
    # A worker that did not see the first alert meets the constraint, and goes on.
    known = raising.Raising.__init__

    def blind(self: Any, *args: Any) -> None:
        known(self, *args)
        self.known = []

    monkeypatch.setattr(raising.Raising, "__init__", blind)
    assert watching.watch(rule.pk, timezone.now()) == 0
    [alert] = alerts(own.given)
    alert.pk, alert._state.adding = None, True
    alert.id = models.Alert().id
    with (
        acting(own.given.planner, "test"),
        pytest.raises(IntegrityError, match="displacement_alert_once"),
        transaction.atomic(),
    ):
        alert.save(force_insert=True)


def test_pages_of_rules_and_alerts(database: Addresses) -> None:
    own = Entered(given())
    client = signed_in(own.given.planner)
    new = f"/en/desk/displacement/alert_rule/new/?of={own.given.operation.pk}"
    page = client.get(new).content.decode()
    wanted = ("Many passages in an hour", "Each point by itself", "Fever", "Flood", own.given.planner.name)
    assert [words for words in wanted if words not in page] == []
    sent = {
        "title": "Many inward",
        "signal": "symptom",
        "alert_about": "symptom.fever",
        "at_least": "1",
        "days": "7",
        "cases": "0",
        "quiet_hours": "12",
        "roles_told": ["planner"],
        "people_told": [str(own.given.planner.pk)],
    }
    answer = client.post(new, sent, follow=True)
    assert "Many inward" in answer.content.decode()
    with acting(own.given.planner, "test"):
        rule = models.AlertRule.objects.get(operation=own.given.operation)
    page = client.get(f"/en/desk/displacement/alert_rule/{rule.pk}/").content.decode()
    assert "Fever: 1 or more travellers within 7 days" in page
    assert own.given.planner.name in page
    assert client.get(f"/en/desk/displacement/alert_rule/{rule.pk}/change/").status_code == 200
    own.traveller(timezone.localdate(), "fever")
    watch_all()
    [alert] = alerts(own.given)
    page = client.get(f"/en/desk/displacement/alert/{alert.pk}/").content.decode()
    assert "Fever: 1 or more travellers" in page
    assert str(alert.sent_by[0]) in page
    assert client.get(f"/mn/desk/displacement/alert/{alert.pk}/").status_code == 200
    officer = signed_in(user_with(Role.CASE_WORKER, place=AREA))
    page = officer.get(f"/en/desk/displacement/alert/{alert.pk}/").content.decode()
    assert "Many inward" in page  # what is watched, though the rule itself is another place's
    assert str(alert.sent_by[0]) not in page
    assert "I have seen it" in page
