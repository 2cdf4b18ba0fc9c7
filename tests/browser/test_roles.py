"""The main path of each role in a real browser, as the person sees it; at a phone where one works outside."""

import email
import re
from collections.abc import Callable
from datetime import date, timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import psycopg
import pytest

from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import institution, signed_in, start_platform, user_with

from .visitors import DESK, NEW_PASSWORD, Visitor

Come = Callable[..., Visitor]
PLACE, ELSEWHERE = "MN81", "MN85"
TRAINING = "campaigns.training"
# Not a person's: of a day of birth that belongs to nobody who is named here.
PERSON, NUMBER = "Жишээ Оролцогч", "УХ90010112"
PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def days_ago(days: int) -> str:
    return f"{date.today() - timedelta(days=days):%Y-%m-%d}"


def held_training(user: Any, **fields: Any) -> tuple[Any, Any]:
    """A training that waits to be held and somebody who took part, made as by the pages."""
    from nuudel.domains.campaigns.models import Participant, Training
    from nuudel.web.shell.record_types import record_types
    from nuudel.web.shell.records import create, transition

    types = record_types()
    named = {"title_mn": f"Сургалт {user.pk}", "subject": "registration", "objective": "-", "venue": "-"}
    where = {"place": PLACE, "institution": user.current_postings[0].institution}
    when = {"start": date.today() - timedelta(days=2), "end": date.today() - timedelta(days=1)}
    with acting(user, "test"):
        training = create(user, types[TRAINING], Training(**named, **where, **when, **fields))
        took_part = Participant(
            training=training, full_name=PERSON, institution_name="-", role="other", sex="female",
            attended=True, **where,
        )  # fmt: skip
        create(user, types["campaigns.participant"], took_part)
        transition(user, types[TRAINING], training, "plan")
    return training, took_part


def facts_of(database: Addresses, place: str) -> set[tuple[str, int, str]]:
    """Kind, persons and sex of the events in the ledger at a place."""
    query = "SELECT kind, persons, sex FROM ledger_event WHERE place = %s"
    name = psycopg.conninfo.conninfo_to_dict(database.app)["dbname"]
    inside = psycopg.conninfo.make_conninfo(start_platform().superuser, dbname=str(name))
    with psycopg.connect(inside) as connection:
        return set(connection.execute(query, [place]).fetchall())


def fill_training(visitor: Visitor, title: str) -> None:
    """The form of a new training."""
    visitor.field(visitor.say("shell.field.place")).select_option(PLACE)
    visitor.choose(
        visitor.say("campaigns.training.subject"), visitor.say("campaigns.subject_code.registration")
    )
    texts = {"title_mn": title, "objective": "Бүртгэлийг алдаагүй хийх", "venue": "Улиастай"}
    visitor.write(texts | {"start": days_ago(2), "end": days_ago(1)}, "campaigns.training")
    visitor.press(visitor.say("shell.form.save"))
    visitor.reads(title, "Улиастай", visitor.say("campaigns.training.state_draft"))


def step(visitor: Visitor, action: str, kind: str = "training") -> None:
    """A step of a record, by its link and the page that asks."""
    words = visitor.say(f"campaigns.{kind}.action_{action}")
    visitor.follow(words)
    visitor.press(words)


def add_participant(visitor: Visitor) -> None:
    visitor.follow(visitor.say("campaigns.participant.new"))
    texts = {"full_name": PERSON, "registration_number": NUMBER, "institution_name": "Сумын тамгын газар"}
    visitor.write(texts, "campaigns.participant")
    visitor.choose(
        visitor.say("campaigns.participant.role"), visitor.say("campaigns.role_code.civil_registration")
    )
    visitor.choose(visitor.say("campaigns.participant.sex"), visitor.say("campaigns.sex_code.female"))
    visitor.field(visitor.say("campaigns.participant.attended")).check()
    visitor.press(visitor.say("shell.form.save"))


def test_a_registrar_holds_a_training(visit: Come, database: Addresses) -> None:
    registrar = visit()
    registrar.sign_in(user_with(Role.REGISTRAR, place=PLACE))
    registrar.reads(registrar.say("shell.home.nothing"), registrar.say("campaigns.title"))
    registrar.follow(registrar.say("campaigns.training.many"))
    registrar.follow(registrar.say("campaigns.training.new"))
    fill_training(registrar, "Бүртгэгчийн сургалт")
    registrar.reads(registrar.say("shell.record.no_part"))
    training = registrar.record
    add_participant(registrar)
    registrar.reads("Сумын тамгын газар")
    registrar.reads_nothing_of(PERSON, NUMBER)
    step(registrar, "plan")
    registrar.reads(registrar.say("campaigns.training.state_planned"))
    assert facts_of(database, PLACE) == set()
    step(registrar, "hold")
    registrar.reads(registrar.say("campaigns.training.state_held"))
    held = {("training_held", 1, "all"), ("officials_trained", 1, "female"), ("officials_trained", 0, "male")}
    assert facts_of(database, PLACE) >= held
    registrar.field(registrar.say("shell.record.comment")).fill("Нэг хүн хожимдов.")
    registrar.press(registrar.say("shell.record.comment_save"))
    registrar.reads("Нэг хүн хожимдов.")
    sent: Any = {"name": "irts.pdf", "mimeType": "application/pdf", "buffer": PDF}
    registrar.field(registrar.say("shell.file.choose")).set_input_files(sent)
    registrar.press(registrar.say("shell.file.send"))
    link = registrar.main.get_by_role("link", name="irts.pdf", exact=True)
    assert registrar.takes(link) == ("irts.pdf", PDF)
    registrar.open("work")
    registrar.reads(registrar.say("campaigns.training.state_held"))
    registrar.follow_record(training)


def test_an_officer_elsewhere_sees_nothing_of_it(visit: Come, service: str) -> None:
    office = institution("two-places")
    training, took_part = held_training(user_with(Role.REGISTRAR, place=PLACE, at=office))
    case_worker = visit()
    case_worker.sign_in(user_with(Role.CASE_WORKER, place=ELSEWHERE, at=office))
    case_worker.reads(case_worker.say("shell.home.nothing"))
    case_worker.open("record_list", "campaigns", "training")
    case_worker.reads(case_worker.say("shell.list.count", count=0))
    assert case_worker.main.locator("tbody tr").count() == 0
    case_worker.refused(404, "record", "campaigns", "training", training.pk)
    case_worker.refused(404, "record_step", "campaigns", "training", training.pk, "hold")
    case_worker.refused(404, "record", "campaigns", "participant", took_part.pk)
    case_worker.open("record_new", "campaigns", "training")
    places = case_worker.field(case_worker.say("shell.field.place")).locator("option")
    codes = [option.get_attribute("value") or "" for option in places.all()]
    assert PLACE not in codes
    assert ELSEWHERE in codes


def test_a_case_worker_goes_on_with_what_a_colleague_began(visit: Come, service: str) -> None:
    """Who has begun it is told; who took part is shown to whoever runs the training with them."""
    office = institution("one-place")
    maker = user_with(Role.REGISTRAR, place=PLACE, at=office)
    training, took_part = held_training(maker)
    case_worker = visit()
    case_worker.sign_in(user_with(Role.CASE_WORKER, place=PLACE, at=office))
    case_worker.follow_record(training.pk)
    case_worker.open("record", "campaigns", "participant", took_part.pk)
    case_worker.reads(PERSON)
    case_worker.open("record", "campaigns", "training", training.pk)
    step(case_worker, "hold")
    told = visit()
    told.sign_in(maker)
    told.follow(told.say("shell.home.notices", count=1))
    told.reads(told.say("campaigns.training.action_hold"), told.say("shell.notices.new"))


def test_a_border_officer_finds_no_register_yet(visit: Come, service: str) -> None:
    officer = visit()
    officer.sign_in(user_with(Role.BORDER_OFFICER, place=PLACE))
    officer.reads(officer.say("shell.home.nothing"), officer.say("otor.risk.title"))
    officer.reads_nothing_of(officer.say("registration.person.many"), officer.say("campaigns.training.many"))
    officer.refused(403, "record_list", "campaigns", "training")
    officer.refused(403, "people")
    officer.open("mfa_index")
    officer.reads(officer.say("accounts.factors.app_on"))


def test_a_planner_and_a_coordinator_run_a_campaign(visit: Come, service: str) -> None:
    office = institution("ministry")
    planner = visit(width=DESK)
    planner.sign_in(user_with(Role.PLANNER, at=office))
    planner.follow(planner.say("campaigns.campaign.many"))
    planner.follow(planner.say("campaigns.campaign.new"))
    planner.field(planner.say("shell.field.place")).select_option(PLACE)
    texts = {"title_mn": "Бүртгүүлье", "title_en": "Register your move", "purpose": "Бүртгүүлэхийг мэдэг"}
    counts = {"audience_size": "5000", "start": days_ago(9), "end": days_ago(1)}
    planner.write(texts | counts, "campaigns.campaign")
    planner.choose(planner.say("campaigns.campaign.audience"), planner.say("campaigns.audience_code.herders"))
    planner.field(planner.say("campaigns.channels_code.radio")).check()
    planner.press(planner.say("shell.form.save"))
    campaign = planner.record
    step(planner, "plan", "campaign")
    coordinator = visit("en", DESK)
    coordinator.sign_in(user_with(Role.POLICY_COORDINATOR, at=office))
    coordinator.follow_record(campaign)
    coordinator.reads("Register your move")
    step(coordinator, "run", "campaign")
    coordinator.follow(coordinator.say("campaigns.reach.new"))
    coordinator.choose(
        coordinator.say("campaigns.reach.channel"), coordinator.say("campaigns.channel_code.radio")
    )
    coordinator.choose(
        coordinator.say("campaigns.reach.method"), coordinator.say("campaigns.method_code.survey")
    )
    coordinator.write({"day": days_ago(2), "persons": "9000"}, "campaigns.reach")
    coordinator.press(coordinator.say("shell.form.save"))
    coordinator.reads(coordinator.say("campaigns.rule.reach_above_audience", persons="5,000"))
    coordinator.forget(422)
    coordinator.write({"persons": "3200"}, "campaigns.reach")
    coordinator.press(coordinator.say("shell.form.save"))
    coordinator.reads("3,200")
    step(coordinator, "close", "campaign")
    coordinator.follow(coordinator.say("shell.record.change"))
    coordinator.write({"result": "More herders register.", "evidence": "A survey."}, "campaigns.campaign")
    coordinator.press(coordinator.say("shell.form.save"))
    step(coordinator, "evaluate", "campaign")
    coordinator.reads(coordinator.say("campaigns.campaign.state_evaluated"))
    planner.open("work")
    planner.follow(planner.say("shell.home.notices", count=3))
    planner.reads(planner.say("campaigns.campaign.action_evaluate"))


def test_an_analyst_reads_lists_and_no_participant(visit: Come, service: str) -> None:
    training, took_part = held_training(user_with(Role.REGISTRAR, place=PLACE, at=institution("watched")))
    analyst = visit(width=DESK)
    analyst.sign_in(user_with(Role.ANALYST))
    analyst.follow(analyst.say("campaigns.training.many"))
    link = analyst.main.get_by_role("link", name=analyst.say("shell.list.export"))
    name, content = analyst.takes(link)
    assert name.startswith("campaigns-training-")
    assert str(training.pk) in content.decode("utf-8")
    analyst.follow_record(training.pk)
    analyst.reads(analyst.say("campaigns.training.state_planned"))
    analyst.reads_nothing_of(
        analyst.say("campaigns.participant.many"), analyst.say("shell.record.change"),
        analyst.say("shell.record.comment_save"), analyst.say("campaigns.training.action_hold"),
    )  # fmt: skip
    analyst.refused(403, "record_list", "campaigns", "participant")
    analyst.refused(404, "record", "campaigns", "participant", took_part.pk)
    analyst.refused(403, "record_new", "campaigns", "training")
    analyst.refused(403, "audit_entries")


def test_an_auditor_finds_who_read_a_participant_and_changes_nothing(visit: Come, service: str) -> None:
    office = institution("registry")
    officer = user_with(Role.REGISTRAR, place=PLACE, at=office, name="Officer Tuya")
    training, took_part = held_training(officer)
    read = f"/mn/desk/campaigns/participant/{took_part.pk}/"
    assert PERSON in signed_in(officer).get(read).content.decode()
    auditor = visit(width=DESK)
    auditor.sign_in(user_with(Role.AUDITOR, at=institution("audit-office")))
    auditor.follow(auditor.say("shell.home.audit"))
    auditor.main.locator("summary", has_text=auditor.say("audit.filters")).first.click()
    asked = {"record_type": "campaigns.participant", "record_id": str(took_part.pk), "action": "read"}
    auditor.write(asked, "audit.field")
    auditor.press(auditor.say("audit.search"))
    rows = auditor.main.locator("tbody tr")
    assert rows.count() == 1
    auditor.reads("Officer Tuya", auditor.say("audit.action.read"), "registry", "full_name")
    auditor.reads_nothing_of(PERSON)
    assert auditor.main.locator("form[method=post]").count() == 0
    auditor.open("record", "campaigns", "training", training.pk)
    assert auditor.main.locator("form[method=post]").count() == 0
    auditor.refused(403, "record_change", "campaigns", "training", training.pk)
    auditor.refused(404, "record", "campaigns", "participant", took_part.pk)
    auditor.open("mfa_deactivate_totp")
    hold = auditor.address("record_step", "campaigns", "training", training.pk, "hold")
    assert auditor.post(hold).status in (403, 404)
    with acting(officer, "test"):
        training.refresh_from_db()
    assert training.state == "planned"


def test_an_administrator_invites_an_officer_who_sets_up_and_works(visit: Come, service: str) -> None:
    office = institution("soum-office")
    administrator = visit(width=DESK)
    administrator.sign_in(user_with(Role.ADMINISTRATOR))
    administrator.follow(administrator.say("shell.home.people"))
    administrator.follow(administrator.say("accounts.people.invite"))
    administrator.write({"name": "Сараа", "email": "saraa@example.org"}, "accounts.field")
    choices = {
        "language": administrator.say("accounts.language.mn"),
        "role": administrator.say("accounts.role.registrar"),
        "institution": office.name("mn"),
    }
    for name, words in choices.items():
        administrator.choose(administrator.say(f"accounts.field.{name}"), words)
    administrator.field(administrator.say("accounts.field.place")).select_option(PLACE)
    administrator.press(administrator.say("accounts.people.invite_button"))
    administrator.heading(administrator.say("accounts.people.link_title", name="Сараа"))
    link = administrator.field(administrator.say("accounts.people.link_copy")).input_value()
    officer = visit()
    officer.go(link)
    officer.heading(officer.say("accounts.welcome.title", name="Сараа"))
    officer.write({"password1": NEW_PASSWORD}, "accounts.field")
    officer.press(officer.say("accounts.welcome.button"))
    officer.reads(officer.say("accounts.notice.password_set"))
    officer.enter("saraa@example.org", NEW_PASSWORD)
    officer.reads(officer.say("accounts.factors.required"))
    officer.set_up_app(password=NEW_PASSWORD)
    officer.open("work")
    officer.is_at_work()
    officer.follow(officer.say("campaigns.training.many"))
    officer.follow(officer.say("campaigns.training.new"))
    fill_training(officer, "Шинэ ажилтны сургалт")
    administrator.open("people")
    administrator.reads("saraa@example.org", administrator.say("accounts.role.registrar"))
    second = visit()
    assert second.page.goto(link).status == 410  # type: ignore[union-attr]
    second.reads(second.say("accounts.welcome.over_title"))
    second.forget(410)


def mail_to(address: str) -> str:
    """The text of the last mail to an address, off the files that stand for a mail server."""
    found = []
    for file in sorted((Path(start_platform().folder) / "mail").iterdir(), key=lambda f: f.stat().st_mtime):
        for part in file.read_bytes().split(b"-" * 79 + b"\n"):
            message = email.message_from_bytes(part, policy=default)
            assert isinstance(message, EmailMessage)
            if message["To"] == address:
                found.append(message.get_content())
    return found[-1]


def test_a_citizen_signs_up_and_learns_how_the_account_is_linked(visit: Come, service: str) -> None:
    citizen = visit()
    citizen.open("account_login")
    citizen.follow(citizen.say("accounts.sign_in.register"))
    citizen.write({"name": "Болд", "email": "bold@example.org", "password1": NEW_PASSWORD}, "accounts.field")
    citizen.press(citizen.say("accounts.sign_up.button"))
    citizen.heading(citizen.say("accounts.email.sent_title"))
    link = re.search(r"http://\S+/confirm-email/\S+", mail_to("bold@example.org"))
    assert link
    citizen.go(link[0])
    citizen.press(citizen.say("accounts.email.confirm_button"))
    if citizen.page.url != citizen.address("work"):
        citizen.open("account_login")
        citizen.enter("bold@example.org", NEW_PASSWORD)
    citizen.is_at_work()
    citizen.reads(citizen.say("registration.moves.page"))
    citizen.open("moves_my")
    citizen.reads(citizen.say("registration.my.not_linked"), citizen.say("registration.my.no_move"))
    citizen.refused(403, "record_list", "campaigns", "training")
    citizen.refused(403, "moves_office")
    citizen.refused(403, "people")


@pytest.mark.parametrize(("lang", "width"), [("mn", 360), ("en", DESK)])
def test_whoever_comes_reads_the_figures(visit: Come, service: str, lang: str, width: int) -> None:
    reader = visit(lang, width)
    reader.open("explore", query=f"?place={PLACE}&year=2021")
    reader.page.wait_for_selector("#map.live")
    reader.follow_first("a[href*='/places/']")
    assert reader.page.url.startswith(reader.address("place", PLACE))
    reader.reads("73,231")
    reader.open("data")
    reader.heading(reader.say("pages.data.title"))
    reader.main.locator("ul.tables a").first.click()
    reader.page.wait_for_load_state()
    reader.look()
    link = reader.main.get_by_role("link", name=reader.say("pages.file.csv"), exact=True)
    name, content = reader.takes(link)
    assert name.endswith(".csv")
    assert content.decode("utf-8-sig").count("\n") > 20
    assert reader.context.cookies() == [] or all(c["name"] != "sessionid" for c in reader.context.cookies())
    reader.page.goto(reader.address("work"))
    assert reader.page.url.startswith(reader.address("account_login"))
