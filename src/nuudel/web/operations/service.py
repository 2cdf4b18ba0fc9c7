"""``nuudel serve``: everything that a pilot needs, from the database to the pages, in one command."""

import fcntl
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nuudel.base import settings
from nuudel.base.errors import WebError
from nuudel.web.operations.children import Child, Children
from nuudel.web.operations.database import Addresses, configured, embedded_folder, start_embedded
from nuudel.web.operations.keys import keys_folder, make_keys

EVERYWHERE = ("127.0.0.1", "0.0.0.0", "::")  # noqa: S104  named, not bound
LOOPBACK = ("127.0.0.1", "localhost", "::1")
Say = Callable[[str], None]


@dataclass(frozen=True)
class Service:
    """How the service runs.

    Attributes
    ----------
    address, port
        Where the web server listens; a pilot's own machine alone unless told otherwise.
    workers
        Processes of the web server.
    demo
        A demonstration: a database of its own with synthetic records.
    pack
        The country's pack, whose figures are shown.
    """

    address: str
    port: int
    workers: int
    demo: bool
    pack: str

    @property
    def url(self) -> str:
        """The address for this machine's browser."""
        return f"http://{self.address if self.address not in EVERYWHERE else 'localhost'}:{self.port}/"


@contextmanager
def only_one(service: Service) -> Iterator[None]:
    """Hold the data folder; ``WEB-284`` names the address at which another start serves from it."""
    folder = settings.data_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / "serve.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise WebError(
            285,
            f"the data folder cannot be used: {error.strerror}.",
            "Set NUUDEL_DATA to a folder that can be written.",
            ("NUUDEL_DATA",),
        ) from None
    with os.fdopen(handle, "r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            where = file.read().strip() or "an address that it has not told yet"
            raise WebError(
                284,
                f"the data folder is already being served, at {where}.",
                "Open that address, stop that one first, or set NUUDEL_DATA to another folder.",
                ("NUUDEL_DATA",),
            ) from None
        file.truncate(0)
        file.write(service.url)
        file.flush()
        yield


def prepare_demo(service: Service, folder: Path) -> None:
    """A demonstration has a data folder of its own: real records never meet synthetic ones.

    It asks for no second factor, so that it serves this machine alone.
    """
    if service.address not in LOOPBACK:
        raise WebError(
            288,
            "a demonstration serves this machine alone.",
            "Leave --address away, or start without --demo.",
            ("address",),
        )
    if configured():
        raise WebError(
            286,
            "a demonstration does not run on the server of DATABASE_URL.",
            "Unset DATABASE_URL: the demonstration has an embedded database of its own.",
            ("demo",),
        )
    os.environ.setdefault("NUUDEL_RELEASE", str(folder / "release"))
    os.environ["NUUDEL_DATA"] = str(folder / "demo")
    os.environ["NUUDEL_DEMO"] = "yes"
    os.environ.pop("NUUDEL_KEYS", None)  # keys of its own too


def check_real(service: Service) -> None:
    """What serves real records asks for second factors, and sends no password over a network in the clear.

    Raises
    ------
    WebError
        ``WEB-295``: the setting of demonstrations is on. ``WEB-296``: a network, and no TLS in front.
    """
    if is_on("NUUDEL_DEMO"):
        raise WebError(
            295,
            "NUUDEL_DEMO is set, but this is no demonstration: officers would need no second factor.",
            "Unset NUUDEL_DEMO, or start with --demo.",
            ("NUUDEL_DEMO",),
        )
    if service.address not in LOOPBACK and not is_on("NUUDEL_TLS"):
        raise WebError(
            296,
            "the service would be open to a network without TLS.",
            "Put TLS in front and set NUUDEL_TLS=yes, or leave --address away.",
            ("address", "NUUDEL_TLS"),
        )


def is_on(name: str) -> bool:
    return settings.value(name).strip().lower() in {"yes", "1", "true", "on"}


def start_database(say: Say) -> Addresses:
    """The database's addresses, put into the environment for every process that is started."""
    addresses = configured()
    if addresses is None:
        say("database")
        addresses = start_embedded(embedded_folder())
    os.environ["DATABASE_URL"] = addresses.app
    if addresses.owner:
        os.environ["NUUDEL_OWNER_DATABASE_URL"] = addresses.owner
    return addresses


def bring_up(service: Service, say: Say) -> None:
    """Keys, database, tables and, in a demonstration, people and records."""
    make_keys(keys_folder())
    addresses = start_database(say)
    from nuudel.web.operations.install import check_installed, install, start_django

    start_django()
    if addresses.owner:
        install(say)
    else:
        check_installed()
    if service.demo:
        from nuudel.web.operations.demo import make_demo

        say("demonstration")
        make_demo()


def children_of(service: Service) -> list[Child]:
    """What runs beside: the jobs, the web server, and the main job that computes the figures."""
    listen = ["--address", service.address, "--port", str(service.port), "--workers", str(service.workers)]
    log = settings.data_folder() / "figures.log"
    return [
        Child("jobs", ["-m", "nuudel.web.operations.worker"]),
        Child("web", ["-m", "nuudel.web.operations.server", *listen]),
        # Steps that are current are kept, so that this takes two seconds where nothing has changed.
        Child("figures", ["-m", "nuudel", "release", "--pack", service.pack], log=log, once=True),
    ]


def run(service: Service, say: Say, started: Callable[[], None]) -> None:
    """Serve until a signal stops it; whatever was committed stays."""
    os.umask(0o077)  # mails with links, logs, files: for this user alone
    if service.demo:
        prepare_demo(service, settings.data_folder())
    else:
        check_real(service)
    with only_one(service):
        bring_up(service, say)
        keep_serving(children_of(service), started)


def keep_serving(wanted: Sequence[Child], started: Callable[[], None]) -> None:
    """Run these processes beside each other until a signal stops them."""
    children = Children()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: children.stopping.set())
    try:
        for child in wanted:
            children.add(child)
        started()
        children.keep_running()
    finally:
        children.stop()
