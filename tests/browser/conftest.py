"""The service with a small release of real places, open to a browser on this machine."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from playwright.sync_api import Browser, sync_playwright

from nuudel.web.testing import start_platform

from ..publication.explorer_data import material_of

OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Server(ThreadingMixIn, WSGIServer):
    """A thread for each request."""

    daemon_threads = True


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


@pytest.fixture(scope="session")
def chromium(require_tool: Callable[[str], Path], site: str) -> Iterator[Browser]:
    """A browser; the service starts first, for playwright keeps a loop in this thread that Django refuses."""
    path = require_tool("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(path), args=OPTIONS)
        yield browser
        browser.close()
