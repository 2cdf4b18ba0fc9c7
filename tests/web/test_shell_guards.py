"""Who may do what with records, what is audited, and what happens when two do the same at once."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from django.db.utils import IntegrityError
from django.test import Client

from nuudel.ledger.ids import new_id
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.audit.models import AuditEntry
from nuudel.web.operations.database import Addresses
from nuudel.web.shell import records
from nuudel.web.shell.models import Action, Attachment, Comment, SentForm
from nuudel.web.testing import signed_in, user_with

from .facts_given import rows_of
from .shell_trial import CASE, Case, Visit, hidden, make, soums, trial, typed, url

__all__ = ["trial"]
pytestmark = pytest.mark.usefixtures("trial")


def audited(action: str = "") -> list[AuditEntry]:
    """Entries of the register, as an auditor reads them."""
    auditor = user_with(Role.AUDITOR)
    with acting(auditor, "test"):
        rows = AuditEntry.objects.filter(record_type=CASE.key).order_by("at")
        return [row for row in rows if not action or row.action == action]


def desk(place: str = "MN81", role: Role = Role.REGISTRAR) -> Client:
    return signed_in(user_with(role, place=place))


def pages_of(client: Client, pk: str, file: str) -> dict[str, int]:
    """The status of each page about a record."""
    looks = {
        "record": url(pk),
        "change": url(pk, "change"),
        "step": url(pk, "step", "take"),
        "file": url(pk, "file", file),
        "part": url("new", kind="visit") + f"?of={pk}",
    }
    deeds: dict[str, tuple[str, dict[str, Any]]] = {
        "changed": (url(pk, "change"), typed()),
        "taken": (url(pk, "step", "take"), {}),
        "said": (url(pk, "comment"), {"text": "I was here"}),
        "attached": (url(pk, "attach"), {}),
        "parted": (url("new", kind="visit") + f"?of={pk}", {"day": "2026-01-01"}),
    }
    found = {name: client.get(address).status_code for name, address in looks.items()}
    return found | {name: client.post(address, sent).status_code for name, (address, sent) in deeds.items()}


def with_file(client: Client, pk: str) -> str:
    """A record with a file; the file's number."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    sent = client.post(url(pk, "attach"), {"file": SimpleUploadedFile("a.txt", b"a letter")})
    assert sent.status_code == 302
    return client.get(url(pk)).content.decode().partition(f"{url(pk)}file/")[2].partition("/")[0]


def test_an_officer_of_another_soum_finds_nothing_at_all() -> None:
    here, there = soums()[:2]
    own, other = desk(here), desk(there)
    pk = make(own, place=here, title_mn="Only here")
    file = with_file(own, pk)
    own.post(url(pk, "comment"), {"text": "Only us"})
    assert set(pages_of(other, pk, file).values()) == {404}
    assert set(pages_of(other, str(new_id()), str(new_id())).values()) == {404}
    assert "Only here" not in other.get(url("list")).content.decode()
    assert "Only here" not in other.get(url("list") + f"?place={here}").content.decode()
    assert "Only here" not in other.get("/en/desk/").content.decode()
    assert pk not in other.get("/en/desk/trial/case/export.csv").content.decode()
    assert pk in own.get("/en/desk/trial/case/export.csv").content.decode()
    assert own.post(url("new"), typed(place=there)).status_code == 422


def test_the_database_hides_it_too() -> None:
    here, there = soums()[:2]
    pk = make(desk(here), place=here)
    stranger = user_with(Role.REGISTRAR, place=there)
    with acting(stranger, "test"):
        for rows in (Case.objects, Action.objects, Comment.objects, Attachment.objects):
            assert not rows.all(), rows.model
        assert Case.objects.filter(pk=pk).update(persons=9) == 0
    assert not Case.objects.all()


def test_who_only_reads_changes_nothing() -> None:
    own, reader = desk(), desk("", Role.ANALYST)
    pk = make(own)
    file = with_file(own, pk)
    answers = pages_of(reader, pk, file)
    assert {name for name, status in answers.items() if status == 200} == {"record", "file"}
    assert set(answers.values()) <= {200, 403, 404}
    page = reader.get(url(pk)).content.decode()
    assert "/change/" not in page
    assert "/step/" not in page
    assert 'name="text"' not in page
    assert reader.get(url("new")).status_code == 403
    assert reader.get("/en/desk/trial/case/export.csv").status_code == 403
    with acting(user_with(Role.REGISTRAR), "test"):
        assert Action.objects.filter(record_id=pk).count() == 1
        assert not Comment.objects.filter(record_id=pk)
        assert not Visit.objects.all()


@pytest.mark.parametrize("role", [Role.CITIZEN, Role.AUDITOR, Role.ADMINISTRATOR, Role.PLANNER])
def test_who_has_no_permission_learns_nothing(role: Role) -> None:
    pk = make(desk())
    stranger = desk("", role)
    assert set(pages_of(stranger, pk, pk).values()) <= {403, 404}
    assert pages_of(stranger, pk, pk) == pages_of(stranger, str(new_id()), str(new_id()))
    assert stranger.get(url("list")).status_code == 403
    assert stranger.post(url("new"), typed()).status_code == 403


def test_who_makes_records_sees_only_those() -> None:
    first, second = desk(role=Role.CASE_WORKER), desk(role=Role.CASE_WORKER)
    pk = make(first)
    assert first.get(url(pk)).status_code == 200
    assert set(pages_of(second, pk, pk).values()) <= {403, 404}
    assert pages_of(second, pk, pk) == pages_of(second, str(new_id()), str(new_id()))


def test_a_read_is_audited_with_the_names_of_personal_fields_and_no_value() -> None:
    own = desk()
    pk = make(own)
    before = len(audited("read"))
    own.get(url(pk))
    own.get(url(pk, "change"))
    entries = audited("read")[before:]
    assert [entry.record_ids for entry in entries] == [[pk], [pk]]
    assert entries[0].fields == ["full_name", "number"]
    for entry in audited():
        told = f"{entry.fields} {entry.reason} {entry.purpose} {entry.record_ids}"
        assert "Secret" not in told
        assert "AB1234" not in told


def test_a_list_reads_nothing_personal() -> None:
    own = desk()
    make(own)
    before = len(audited("read"))
    own.get(url("list"))
    own.get("/en/desk/")
    assert len(audited("read")) == before


def test_a_refused_form_that_shows_personal_data_is_audited_all_the_same() -> None:
    own = desk()
    pk = make(own)
    before = len(audited("read"))
    shown = own.post(url(pk, "change"), typed(title_mn="", version="x"))
    assert shown.status_code == 422
    assert [entry.record_ids for entry in audited("read")[before:]] == [[pk]]
    assert own.post(url(pk, "attach"), {}).status_code == 422
    assert len(audited("read")) == before + 2


def test_without_its_audit_entry_a_change_is_not_committed() -> None:
    officer = user_with(Role.REGISTRAR, place="MN81")
    pk = make(signed_in(officer))
    with pytest.raises(IntegrityError, match="WEB-143"), acting(officer, "test"):
        Case.objects.filter(pk=pk).update(persons=9)
    with acting(officer, "test"):
        part = records.part_of(officer, CASE, Case.objects.get(pk=pk))
    with pytest.raises(IntegrityError, match="WEB-143"), acting(officer, "test"):
        Comment(**part, text="unseen").save()
    with acting(officer, "test"):
        assert Case.objects.get(pk=pk).persons == 4
        assert not Comment.objects.filter(record_id=pk)


def test_history_comments_and_files_are_only_added_to() -> None:
    from django.db.utils import ProgrammingError

    officer = user_with(Role.REGISTRAR, place="MN81")
    make(signed_in(officer))
    for model in (Action, Comment, Attachment):
        with pytest.raises(ProgrammingError, match="permission denied"), acting(officer, "test"):
            model.objects.update(place="MN11")  # type: ignore[attr-defined]
        with pytest.raises(ProgrammingError, match="permission denied"), acting(officer, "test"):
            model.objects.all()._raw_delete("default")  # type: ignore[attr-defined]


def test_a_form_sent_twice_makes_one_record() -> None:
    own = desk()
    sent = typed()
    places = [own.post(url("new"), sent).headers["Location"] for _ in range(3)]
    assert len(set(places)) == 1


def test_a_form_filled_in_anew_after_going_back_loses_nothing() -> None:
    own = desk()
    sent = typed(title_mn="The first")
    first = own.post(url("new"), sent).headers["Location"]
    again = own.post(url("new"), sent | {"title_mn": "The second"})
    page = again.content.decode()
    assert again.status_code == 409
    assert first in page
    assert "The second" in page
    fresh = hidden(again, "form_key")
    assert fresh != sent["form_key"]
    second = own.post(url("new"), sent | {"title_mn": "The second", "form_key": fresh})
    assert second.status_code == 302
    assert second.headers["Location"] != first


def test_the_key_of_another_users_form_gives_nothing_away() -> None:
    first, second = desk(), desk()
    sent = typed()
    mine = first.post(url("new"), sent).headers["Location"]
    yours = second.post(url("new"), sent)
    assert yours.status_code == 302
    assert yours.headers["Location"] != mine


def test_what_is_kept_of_a_sent_form_tells_nothing_of_it() -> None:
    import hashlib
    import json

    own, sent = desk(), typed()
    pk = own.post(url("new"), sent).headers["Location"].rstrip("/").rpartition("/")[2]
    kept = SentForm.objects.get(record_id=pk)
    plain = sorted((k, v if isinstance(v, list) else [v]) for k, v in sent.items() if k != "form_key")
    assert kept.digest != hashlib.sha256(json.dumps(plain).encode()).hexdigest()
    assert str(kept.key) != sent["form_key"]


def together(*works: Callable[[], Any]) -> list[Any]:
    """Do several things at the same moment, each in a thread with connections of its own."""
    start, found = threading.Barrier(len(works)), [None] * len(works)

    def run(at: int, work: Callable[[], Any]) -> None:
        start.wait(10)
        try:
            found[at] = work()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(at, work)) for at, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found


def test_the_same_form_sent_at_the_same_moment_makes_one_record() -> None:
    officer = user_with(Role.REGISTRAR, place="MN81")
    clients = [signed_in(officer) for _ in range(4)]
    for _ in range(3):
        sent = typed()
        answers = together(*(partial(client.post, url("new"), sent) for client in clients))
        assert [answer.status_code for answer in answers] == [302] * 4
        assert len({answer.headers["Location"] for answer in answers}) == 1


def test_two_steps_at_the_same_moment_are_one_history() -> None:
    first, second = desk(), desk()
    for _ in range(3):
        pk = make(first)
        version = hidden(first.get(url(pk, "step", "take")), "version")
        answers = together(
            partial(first.post, url(pk, "step", "take"), {"version": version}),
            partial(second.post, url(pk, "step", "refuse"), {"version": version, "reason": "No."}),
        )
        assert sorted(answer.status_code for answer in answers) == [302, 409]
        with acting(user_with(Role.REGISTRAR), "test"):
            case = Case.objects.get(pk=pk)
            actions = records.history(CASE, case)
            assert [entry.number for entry in actions] == [1, 2]
            assert records.folded_state(CASE, actions) == case.state


def test_who_comes_second_keeps_what_was_typed_and_sees_what_the_first_did() -> None:
    colleague = user_with(Role.REGISTRAR, place="MN81", name="The colleague")
    first, second = signed_in(colleague), desk()
    pk = make(first, title_mn="As made", persons="4")
    version = hidden(second.get(url(pk, "change")), "version")
    assert first.post(url(pk, "change"), typed(version=version, title_mn="By the first")).status_code == 302
    mine = typed(version=version, title_mn="As made", persons="7", full_name="Mine Typed")
    late = second.post(url(pk, "change"), mine)
    page = late.content.decode()
    assert late.status_code == 409
    for told in ("The colleague", "By the first", 'value="As made"', 'value="7"', "Mine Typed"):
        assert told in page
    assert page.count('class="field differs"') == 3  # title, persons, full name
    with acting(colleague, "test"):
        assert Case.objects.get(pk=pk).title_mn == "By the first"
    again = second.post(url(pk, "change"), mine | {"version": hidden(late, "version")})
    assert again.status_code == 302
    with acting(colleague, "test"):
        assert Case.objects.get(pk=pk).persons == 7


def test_a_change_sent_twice_is_no_conflict() -> None:
    own = desk()
    pk = make(own)
    sent = typed(version=hidden(own.get(url(pk, "change")), "version"), persons="5")
    assert [own.post(url(pk, "change"), sent).status_code for _ in range(2)] == [302, 302]


def test_the_facts_of_a_step_are_entered_with_it_or_not_at_all(
    database: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = desk()
    pk = make(own, persons="6")
    take_step(own, pk, "take")
    before = len(rows_of(database, "event"))
    monkeypatch.setattr(records, "leave_notice", lambda *_: 1 / 0)
    own.raise_request_exception = False
    assert take_step(own, pk, "accept") == 500
    assert len(rows_of(database, "event")) == before
    assert "Case is working" in own.get(url(pk)).content.decode()
    monkeypatch.undo()
    assert take_step(own, pk, "accept") == 302
    assert len(rows_of(database, "event")) == before + 1


def take_step(client: Client, pk: str, action: str) -> int:
    version = hidden(client.get(url(pk, "step", action)), "version")
    return client.post(url(pk, "step", action), {"version": version}).status_code


def test_a_history_that_does_not_lead_to_the_state_is_found() -> None:
    officer = user_with(Role.REGISTRAR, place="MN81")
    pk = make(signed_in(officer))
    with acting(officer, "test"):
        case = records.find(officer, CASE, UUID(pk))
        actions = records.history(CASE, case)
        assert records.folded_state(CASE, actions) == case.state
        records.note_audit("take", CASE.key, [case.pk])
        Case.objects.filter(pk=pk).update(state="accepted")
    with acting(officer, "test"):
        changed = records.find(officer, CASE, UUID(pk))
        assert records.folded_state(CASE, records.history(CASE, changed)) != changed.state
