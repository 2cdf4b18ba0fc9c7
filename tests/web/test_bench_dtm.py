"""What ``nuudel bench dtm`` measures works at a tiny scale; no time is asserted."""

import uuid
from typing import Any

import pytest
from django.test import Client

from nuudel.bench import dtm_receiving, dtm_round
from nuudel.bench.dtm_field import LEAST, Country, country, submissions
from nuudel.domains.displacement import models
from nuudel.web.access.context import acting
from nuudel.web.operations.database import Addresses

COUNT = 12


@pytest.fixture(scope="module")
def field(database: Addresses) -> Country:
    return country(LEAST, 2)


def test_a_round_is_replayed_with_its_media(field: Country, capsys: pytest.CaptureFixture[str]) -> None:
    dtm_round.receive_all(field, COUNT, picture=2_000)
    dtm_round.enter()
    dtm_round.check()
    dtm_round.make_ahead()
    with acting(field.planner, "test"):
        rows = list(models.Submission.objects.filter(round=field.round))
        assert len(rows) == COUNT
        assert all(row.layout == "area" and not row.unread and not row.left_out for row in rows)
        assert models.SubmissionFile.objects.filter(size=2_000).count() == 2
        assert models.FrameArea.objects.filter(round=field.round).exclude(state="to_do").count() == LEAST
    assert dtm_round.shown(field) > 0
    assert '"checked": true' in capsys.readouterr().err


def sent(request: bytes) -> Any:
    """The answer to a request that was made as bytes."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return Client().post(first.split()[1], body, content_type=headers.pop("Content-Type"), headers=headers)


def test_the_client_sends_by_key_and_by_digest(field: Country, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(port: int, path: str) -> str:
        told = Client().head(path).headers["WWW-Authenticate"]
        return str(told.partition('nonce="')[2].partition('"')[0])

    monkeypatch.setattr(dtm_receiving, "challenge_of", asked)
    bodies = [dtm_receiving.multipart(xml) for xml in submissions(field, 2)]
    sending = dtm_receiving.Sending(field, bodies)
    assert sent(sending.by_key(0)).status_code == 201
    assert sent(sending.by_digest(0)(1)).status_code == 201
    assert str(uuid.UUID(dtm_receiving.INSTANCE.decode())) in bodies[0].decode()
    assert dtm_receiving.statements(field, bodies[0]) > 5
    assert dtm_receiving.entered(1)["submissions_entered_per_second"]["value"] >= 0
