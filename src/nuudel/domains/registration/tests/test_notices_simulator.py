"""The simulator: the same notices for the same seed, marked as simulated, good and faulty ones."""

from datetime import date

from django.utils.timezone import localdate

from nuudel.domains.registration.models import CivilNotice, Person
from nuudel.domains.registration.notices.receive import receive
from nuudel.domains.registration.notices.simulator import SENDER, Known, people, simulate
from nuudel.domains.registration.tests.given_civil import number
from nuudel.domains.registration.tests.made import household, person, settled
from nuudel.web.access.context import acting
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights

BIRTH = date(1988, 3, 4)
KNOWN = [Known(f"УБ8803040{n}", ("female", "male")[n % 2], BIRTH, "MN18101", "Болд") for n in range(10)]


def test_the_same_seed_gives_the_same_lines() -> None:
    def lines(seed: int) -> list[str]:
        return list(simulate(KNOWN, 50, seed=seed, today=date(2025, 5, 5)))

    assert lines(1) == lines(1)
    assert lines(1) != lines(2)


def test_what_it_sends_is_received_and_marked(officer: User) -> None:
    home = household(officer)
    for serial in range(12):
        sex = ("female", "male")[serial % 2]
        number_ = number(BIRTH, sex)
        settled(officer, person(officer, registration_number=number_, birth_date=BIRTH, sex=sex), home)
    with acting(officer, "test"):
        known = people(100)
    assert len(known) == 12
    lines = list(simulate(known, 80, seed=3, today=localdate(), faulty=0.25))
    received = receive(officer, lines, simulated=True)
    total = received.applied + received.held + received.repeated + received.rejected
    assert total == len(lines)
    assert min(received.applied, received.held, received.repeated, received.rejected) > 0
    with acting(officer, "test"), service_rights():
        assert not CivilNotice.objects.filter(sender=SENDER, simulated=False).exists()
        children = Person.objects.filter(notices__kind="birth", notices__simulated=True)
        assert {child.synthetic for child in children} == {True}
    again = receive(officer, lines, simulated=True)
    assert (again.applied, again.held) == (0, 0)
