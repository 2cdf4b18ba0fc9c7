"""The API against its own description: a running server, every operation, odd requests by the hundred."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import positive_data_acceptance

from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.operations.database import Addresses
from nuudel.web.testing import user_with

from .api_release import write_release

EXAMPLES = 8
PHASES = [Phase.explicit, Phase.generate]
CALM = list(HealthCheck)


class Quiet(WSGIRequestHandler):
    """Says nothing of the requests."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        return


@pytest.fixture(scope="module")
def server(database: Addresses, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of this process, for the record type of the tests is known only here."""
    from django.core.wsgi import get_wsgi_application
    from django.db import connections
    from django.test import override_settings

    from .api_exercise import make_tables, urls

    folder = write_release(tmp_path_factory.mktemp("release") / "release")
    make_tables()
    patch = pytest.MonkeyPatch()
    patch.setenv("NUUDEL_RELEASE", str(folder))

    def serve(server: WSGIServer) -> None:
        server.serve_forever(poll_interval=0.05)
        connections.close_all()

    with override_settings(ROOT_URLCONF=urls()):
        running = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
        thread = threading.Thread(target=serve, args=(running,))
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join(10)
        running.server_close()
    patch.undo()


@pytest.fixture(scope="module")
def token(server: str) -> str:
    from nuudel.web.api.tokens import make_token

    user = user_with(Role.REGISTRAR, place="MN81")
    with acting(user, "test"):
        return make_token(user, "test", ["exercise.record:read", "exercise.record:write"], 1)[1]


@pytest.fixture(scope="module")
def described(server: str, token: str) -> Any:
    return schemathesis.openapi.from_url(f"{server}/api/v1/openapi.json")


@pytest.fixture(autouse=True)
def without_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    from nuudel.web.api import tokens
    from nuudel.web.api.limits import Limit
    from nuudel.web.api.statistics import answers

    wide = Limit(per_minute=10**9, burst=10**6)
    for module, name in (
        (tokens, "READS"),
        (tokens, "WRITES"),
        (tokens, "STRANGERS"),
        (answers, "STRANGERS"),
    ):
        monkeypatch.setattr(module, name, wide)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_the_api_is_as_it_is_described(described: Any, token: str, mode: GenerationMode) -> None:
    """No 5xx; only the statuses, forms and contents that are described; no operation without a token."""
    operations = [found.ok() for found in described.get_all_operations()]
    assert len(operations) >= 20
    for operation in operations:
        with suppress(Unsatisfiable):  # where nothing of an operation can be wrong
            try_out(operation, token, mode)


def try_out(operation: Any, token: str, mode: GenerationMode) -> None:
    """Made-up requests to one operation."""

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, phases=PHASES, suppress_health_check=CALM
    )
    def run(case: schemathesis.Case) -> None:
        # What fits the description may still be refused: a posting, a place or a version says no.
        case.call_and_validate(
            headers={"Authorization": f"Bearer {token}"},
            excluded_checks=[positive_data_acceptance],
            timeout=20,
        )

    run()
