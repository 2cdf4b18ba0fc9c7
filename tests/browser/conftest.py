"""The service with a small release of real places, open to a browser on this machine."""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from playwright.sync_api import Browser

from nuudel.web.operations.database import Addresses
from nuudel.web.testing import database, start_platform
from nuudel.web.testing_live import serving

from ..publication.explorer_data import material_of
from ..web.pages_release import complete
from .visitors import PHONE, Visitor

__all__ = ["database"]


class Server(ThreadingMixIn, WSGIServer):
    """A thread for each request."""

    daemon_threads = True

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Django keeps a connection per thread; this thread ends here."""
        from django.db import connections

        try:
            super().process_request_thread(request, client_address)
        finally:
            connections.close_all()


class Quiet(WSGIRequestHandler):
    """Writes no line for a request."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class names it so
        pass


@pytest.fixture(scope="session")
def release_of_mongolia(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of results that has the explorer's bundle of Mongolia; routes from 2020 on."""
    from nuudel.pipeline.explorer import write_explorer

    folder = tmp_path_factory.mktemp("release")
    write_explorer(material_of("mongolia"), folder)
    return folder


@pytest.fixture(scope="session")
def site(release_of_mongolia: Path) -> Iterator[str]:
    """Address of the running service."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NUUDEL_RELEASE", str(release_of_mongolia))
        start_platform()
        from nuudel.web.wsgi import application

        server = make_server("127.0.0.1", 0, application, Server, Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def service(
    database: Addresses, release_of_mongolia: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Address of the real server, on the module's database, with tables and reports in its release."""
    folder = tmp_path_factory.mktemp("service") / "release"
    shutil.copytree(release_of_mongolia, folder)
    with serving(database, NUUDEL_RELEASE=str(complete(folder))) as address:
        yield address


@pytest.fixture
def visit(chromium: Browser, service: str) -> Iterator[Callable[..., Visitor]]:
    """Somebody new at a browser; in the end no browser has complained."""
    visitors: list[Visitor] = []

    def come(lang: str = "mn", width: int = PHONE, site: str = service) -> Visitor:
        visitors.append(Visitor(chromium, site, lang, width))
        return visitors[-1]

    yield come
    for visitor in visitors:
        visitor.context.close()
    assert [problem for visitor in visitors for problem in visitor.problems] == []
