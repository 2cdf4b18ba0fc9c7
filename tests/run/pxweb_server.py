"""A PxWeb server of version 1 on the loopback that behaves as real ones do, traps included."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Remote:
    """One table: metadata as the source has them, and a figure for each combination of texts."""

    metadata: dict[str, Any]
    figures: dict[tuple[str, ...], Any]
    path: str
    limit: int = 1_000_000
    byte_order_mark: bool = False
    form: str | None = None  # answers in this form whatever is asked for
    requests: list[dict[str, Any]] = field(default_factory=list)
    looked_up: int = 0
    # Called before each answer with "GET" or "POST" and its number; what it gives is sent instead.
    trap: Callable[[str, int], Answer | None] = lambda method, number: None
    # Changes the object that is sent as the answer to a query.
    spoil: Callable[[dict[str, Any]], Any] = lambda answer: answer

    def encode(self, value: Any) -> bytes:
        text = json.dumps(value, ensure_ascii=False)
        return (("\ufeff" if self.byte_order_mark else "") + text).encode()

    def answer(self, query: dict[str, Any]) -> Answer:
        variables = self.metadata["variables"]
        chosen = {entry["code"]: entry["selection"]["values"] for entry in query["query"]}
        lists = [chosen[variable["code"]] for variable in variables]
        count = 1
        for codes in lists:
            count *= len(codes)
        if count > self.limit:
            return 403, {}, self.encode({"error": "Too many values selected"})
        form = self.form or query["response"]["format"]
        made = self.stat(lists) if form == "json-stat2" else self.plain(lists)
        return 200, {"Content-Type": "application/json; charset=utf-8"}, self.encode(self.spoil(made))

    def figure(self, codes: tuple[str, ...]) -> Any:
        texts = tuple(
            variable["valueTexts"][variable["values"].index(code)]
            for variable, code in zip(self.metadata["variables"], codes, strict=True)
        )
        return self.figures.get(texts)

    def stat(self, lists: list[list[str]]) -> dict[str, Any]:
        variables = self.metadata["variables"]
        dimension = {
            variable["code"]: {
                "label": variable["text"],
                "category": {
                    "index": {code: place for place, code in enumerate(codes)},
                    "label": {code: variable["valueTexts"][variable["values"].index(code)] for code in codes},
                },
            }
            for variable, codes in zip(variables, lists, strict=True)
        }
        values = [self.figure(codes) for codes in combinations(lists)]
        return {
            "version": "2.0",
            "class": "dataset",
            "id": [variable["code"] for variable in variables],
            "size": [len(codes) for codes in lists],
            "dimension": dimension,
            "value": values,
        }

    def plain(self, lists: list[list[str]]) -> dict[str, Any]:
        variables = self.metadata["variables"]
        columns = [{"code": v["code"], "text": v["text"], "type": "d"} for v in variables]
        rows = []
        for codes in combinations(lists):
            figure = self.figure(codes)
            rows.append({"key": list(codes), "values": [".." if figure is None else str(figure)]})
        return {"columns": [*columns, {"code": "x", "text": "x", "type": "c"}], "comments": [], "data": rows}


def combinations(lists: list[list[str]]) -> Iterator[tuple[str, ...]]:
    if not lists:
        yield ()
        return
    for first in lists[0]:
        for rest in combinations(lists[1:]):
            yield (first, *rest)


@contextmanager
def serve(remote: Remote, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """The address of the interface while the server runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            remote.looked_up += 1
            trapped = remote.trap("GET", remote.looked_up)
            if trapped is None and unquote(self.path) != f"/api/v1/{remote.path}":
                trapped = (404, {}, b"not found")
            self.send(trapped or (200, {}, remote.encode(remote.metadata)))

        def do_POST(self) -> None:
            query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            remote.requests.append(query)
            trapped = remote.trap("POST", len(remote.requests))
            self.send(trapped or remote.answer(query))

        def send(self, answer: Answer) -> None:
            status, headers, content = answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(content)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(content)
            self.close_connection = True

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http{'s' if context else ''}://127.0.0.1:{server.server_address[1]}/api/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
