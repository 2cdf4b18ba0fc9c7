"""A long file of notices is read by a job: progress and result on its page, in the name of who sent it."""

import json
import subprocess
import sys
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections

from nuudel.domains.registration.models import CivilNotice, NoticesFile
from nuudel.domains.registration.notices import reading
from nuudel.domains.registration.notices.receive import Received, receive
from nuudel.domains.registration.tests.given_civil import message, number
from nuudel.domains.registration.tests.made import registrar
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import Posting, User
from nuudel.web.facts.service import service_rights
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import signed_in, user_with

WORKER = """
from django.core.management import call_command
from nuudel.web.operations.install import start_django
start_django()
call_command("procrastinate", "worker", "--one-shot", "--delete-jobs", "never")
"""
ADDRESS = "/{lang}/desk/registration/notices/file/"
DAY = date(2024, 5, 1)


@pytest.fixture
def clerk(database: Addresses) -> User:
    return registrar()


def lines(count: int) -> list[str]:
    """Notices of a death of somebody whom the register does not know: each is kept, and held."""
    first = json.loads(message("death", day=DAY, person=number(date(1960, 1, 1), "male")))
    return [json.dumps(first | {"message_id": str(uuid4())}, ensure_ascii=False) for _ in range(count)]


def sent(user: User, text: str) -> Any:
    file = SimpleUploadedFile("n.jsonl", text.encode())
    return signed_in(user).post(ADDRESS.format(lang="en"), {"file": file})


def work() -> None:
    """Do all jobs that wait, in a worker of its own."""
    done = subprocess.run([sys.executable, "-c", WORKER], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def kept_by(user: User) -> int:
    with acting(user, "test"), service_rights():
        return CivilNotice.objects.filter(created_by=user).count()


def row_of(user: User, address: str) -> NoticesFile:
    with acting(user, "test"), service_rights():
        return NoticesFile.objects.select_related("created_by").get(pk=UUID(address.split("/")[-2]))


WORDS = {
    "mn": ("{lines} мөрийн {done}", "Файлыг уншиж дууссан"),
    "en": ("{done} of {lines} lines", "The file was read"),
}


def test_a_long_file_is_read_by_a_job(clerk: User) -> None:
    good = lines(reading.AT_ONCE + 5)
    text = "\n".join(["{", *good, good[0], '{"format": "another"}'])
    answer = sent(clerk, text)
    assert answer.status_code == 302
    page, client = answer.headers["Location"], signed_in(clerk)
    for lang, (progress, ended) in WORDS.items():
        waiting = client.get(page.replace("/en/", f"/{lang}/")).content.decode()
        assert progress.format(done=0, lines=108) in waiting
        assert ended not in waiting
    assert kept_by(clerk) == 0
    work()
    for lang, (progress, ended) in WORDS.items():
        shown = client.get(page.replace("/en/", f"/{lang}/")).content.decode()
        assert progress.format(done=108, lines=108) in shown
        assert ended in shown
        assert "WEB-425" in shown
        assert json.loads(good[0])["person"] not in shown
        assert page.rpartition("file/")[2] in client.get(ADDRESS.format(lang=lang)).content.decode()
    row = row_of(clerk, page)
    assert (row.done, row.content, row.problem) == (108, None, "")
    assert row.counts == {"applied": 0, "held": 105, "repeated": 1, "released": 0, "rejected": 2}
    assert [reject[0] for reject in row.rejects] == [1, 108]
    assert kept_by(clerk) == 105


def test_the_content_is_encrypted_while_it_waits(clerk: User) -> None:
    text = "\n".join(lines(reading.AT_ONCE + 1))
    page = sent(clerk, text).headers["Location"]
    with connections["default"].cursor() as cursor, acting(clerk, "test"):
        cursor.execute("SELECT content FROM registration_noticesfile WHERE id = %s", [page.split("/")[-2]])
        assert "death" not in str(cursor.fetchone()[0])
    assert row_of(clerk, page).content == text


def test_the_page_is_the_senders_alone(clerk: User) -> None:
    page = sent(clerk, "\n".join(lines(reading.AT_ONCE + 1))).headers["Location"]
    assert signed_in(clerk).get(page).status_code == 200
    assert signed_in(registrar()).get(page).status_code == 404
    assert signed_in(user_with(Role.CITIZEN)).get(page).status_code == 403


@pytest.mark.parametrize("lost", ["posting", "account"])
def test_who_may_no_longer_enter_notices_enters_none(clerk: User, lost: str) -> None:
    page = sent(clerk, "\n".join(lines(reading.AT_ONCE + 1))).headers["Location"]
    if lost == "posting":
        Posting.objects.using("owner").filter(user_id=clerk.pk).delete()
    else:
        User.objects.using("owner").filter(pk=clerk.pk).update(is_active=False)
    key = UUID(page.split("/")[-2])
    reading.read_file(key)
    other = registrar("")
    row = row_of(other, page)
    assert (row.problem, row.done, row.content) == ("not_permitted", 0, None)
    assert row.ended_at is not None
    with acting(other, "test"), service_rights():
        assert not CivilNotice.objects.filter(created_by_id=clerk.pk).exists()


def test_a_job_that_broke_off_goes_on_where_it_was(clerk: User, monkeypatch: pytest.MonkeyPatch) -> None:
    page = sent(clerk, "\n".join(lines(2 * reading.AT_ONCE + 5))).headers["Location"]
    key, parts = UUID(page.split("/")[-2]), list[int]()

    def breaks(user: User, part: list[str], **given: Any) -> Received:
        parts.append(given["first"])
        if len(parts) == 2:
            raise ConnectionError
        return receive(user, part, **given)

    monkeypatch.setattr(reading, "receive", breaks)
    with pytest.raises(ConnectionError):
        reading.read_file(key)
    half = row_of(clerk, page)
    assert (half.done, half.ended_at, half.counts["held"]) == (reading.AT_ONCE, None, reading.AT_ONCE)
    for _ in range(2):
        reading.read_file(key)  # a second time there is nothing left to do
    whole = row_of(clerk, page)
    assert parts == [1, 101, 101, 201]
    assert (whole.counts["held"], whole.counts["repeated"]) == (2 * reading.AT_ONCE + 5, 0)
    assert whole.content is None


def test_a_file_that_cannot_be_read_ends_after_a_day_and_is_not_kept(
    clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acting(clerk, "test"):
        row = reading.keep_file(clerk, "\n".join(lines(2)))
    assert reading.give_up() == 0
    monkeypatch.setattr(reading, "LONGEST", timedelta(0))
    assert reading.give_up() >= 1
    with acting(clerk, "test"), service_rights():
        kept = NoticesFile.objects.get(pk=row.pk)
    assert (kept.problem, kept.content, kept.ended_at is not None) == ("failed", None, True)
    page = signed_in(clerk).get(f"{ADDRESS.format(lang='en')}{row.pk}/").content.decode()
    assert "Send it again" in page
