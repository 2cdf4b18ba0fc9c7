"""The way between a browser and a server: it can be cut, lose answers, or say that the server is ill."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

ILL = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Link:
    """Hands bytes on, connection by connection.

    Attributes
    ----------
    cut
        Nothing goes through, and what was open is closed.
    ill
        Every new connection is answered with 503.
    lossy
        What is posted to an address that ends so arrives, and its answer does not.
    """

    lossy = b""

    def __init__(self, server: str) -> None:
        parts = urlsplit(server)
        self.target = (parts.hostname or "", parts.port or 0)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.cut = self.ill = False
        self.open: set[socket.socket] = set()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            try:
                browser, _ = self.listener.accept()
            except OSError:
                return
            if self.cut:
                browser.close()
            else:
                threading.Thread(target=self.carry, args=(browser,), daemon=True).start()

    def carry(self, browser: socket.socket) -> None:
        if self.ill:
            with browser:
                browser.recv(65536)
                browser.sendall(ILL)
            return
        server = socket.create_connection(self.target)
        self.open |= {browser, server}
        lost = threading.Event()
        back = threading.Thread(target=self.hand_on, args=(server, browser, lost), daemon=True)
        back.start()
        self.hand_on(browser, server, threading.Event(), lost)
        back.join()
        self.open -= {browser, server}
        browser.close()
        server.close()

    def hand_on(
        self,
        source: socket.socket,
        target: socket.socket,
        stop: threading.Event,
        lost: threading.Event | None = None,
    ) -> None:
        """Until one end closes; ``lost`` is set once something is posted whose answer shall not arrive."""
        try:
            while (some := source.recv(65536)) and not stop.is_set():
                if lost is not None and self.lossy and self.lossy + b" HTTP" in some:
                    lost.set()
                target.sendall(some)
        except OSError:
            pass
        for end in (source, target):
            close_both_ways(end)

    def drop(self) -> None:
        """Close what is open: the next request needs a new connection."""
        for end in list(self.open):
            close_both_ways(end)


def close_both_ways(end: socket.socket) -> None:
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


@contextmanager
def link_to(server: str) -> Iterator[Link]:
    link = Link(server)
    try:
        yield link
    finally:
        link.listener.close()
        link.drop()
