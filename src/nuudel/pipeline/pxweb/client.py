"""Asking a PxWeb server: patient where it asks to wait, stubborn where it stumbles, strict in reading."""

import http.client
import json
import re
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

from nuudel.base.errors import RunError
from nuudel.pipeline.pxweb.splitting import TooManyValues

MOST_BYTES = 100_000_000
TOO_MANY_REQUESTS = 429
TOO_LARGE = (403, 413)
ADDRESS = re.compile(r"[!-~]+")
LEFT_AS_THEY_ARE = "%/:?=&#,;@+!$'()*~[]"
SECONDS = re.compile(r"\d{1,9}(\.\d+)?")


@dataclass(frozen=True)
class Patience:
    """How long to try: seconds for one answer, attempts, and seconds to wait in all when asked to."""

    answer_seconds: float = 60
    attempts: int = 4
    first_wait_seconds: float = 1
    most_wait_seconds: float = 300


@dataclass
class Client:
    """Asks one server; ``say`` is told when it waits, ``sleep`` waits."""

    patience: Patience = Patience()
    say: Callable[[str], None] = field(default=lambda _: None)
    sleep: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        # Redirects and errors are looked at here: the library would turn a redirected query into a look-up.
        self.opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.ProxyHandler(),
            urllib.request.HTTPHandler(),
            urllib.request.HTTPSHandler(),
            urllib.request.HTTPCookieProcessor(CookieJar()),
        ):
            self.opener.add_handler(handler)
        self.waited_seconds = 0.0

    def ask(self, address: str, question: Any = None) -> Any:
        """The JSON at an address, or its answer to a question (posted as JSON).

        Raises
        ------
        RunError
            ``RUN-123`` no complete answer after several attempts, ``RUN-124`` no JSON or moved, ``RUN-125``
            refused, ``RUN-126`` the server asks to wait too long, ``RUN-135`` no web address.
        TooManyValues
            The question is refused because of its size.
        """
        check_address(address)
        problem = ""
        for attempt in range(self.patience.attempts):
            if attempt:
                self.pause(self.patience.first_wait_seconds * 2 ** (attempt - 1), problem)
            while True:
                status, headers, content, problem = self.send(address, question)
                if status != TOO_MANY_REQUESTS:
                    break
                self.pause(wait_asked(headers.get("Retry-After"), self.patience), "is asked too often")
            if problem:
                continue
            check_status(address, status, content, question)
            answer, problem = read_json(address, content)
            if not problem:
                return answer
        raise RunError(
            123,
            f"{host(address)} {problem}, {self.patience.attempts} times in a row.",
            "Try again later; nothing was changed.",
            ("from",),
        )

    def send(self, address: str, question: Any) -> tuple[int, http.client.HTTPMessage, bytes, str]:
        """Status, headers, content, and what went wrong in a way that may pass."""
        nothing = http.client.HTTPMessage()
        try:
            for _ in range(5):
                status, headers, content = self.exchange(address, question)
                target = headers.get("Location", "")
                if not 300 <= status < 400:
                    break
                address = follow(address, target, question)
            else:
                raise RunError(
                    124, f"{host(address)} sends from one address to the next.", "Correct --from.", ("from",)
                )
        except urllib.error.URLError as error:
            if isinstance(error.reason, ssl.SSLCertVerificationError):
                raise certificate(address, error.reason) from None
            return 0, nothing, b"", f"cannot be reached ({error.reason})"
        except TimeoutError:
            return 0, nothing, b"", "does not answer in time"
        except (OSError, http.client.HTTPException) as error:
            return 0, nothing, b"", f"breaks off the connection ({type(error).__name__})"
        return status, headers, content, f"fails with status {status}" if status >= 500 else ""

    def exchange(self, address: str, question: Any) -> tuple[int, http.client.HTTPMessage, bytes]:
        """One request, one answer, whatever its status."""
        body = None if question is None else json.dumps(question, ensure_ascii=False).encode()
        request = urllib.request.Request(  # noqa: S310 - check_address allows http and https only
            address, body, {"Content-Type": "application/json", "User-Agent": "nuudel"}
        )
        with self.opener.open(request, timeout=self.patience.answer_seconds) as answer:
            content = answer.read(MOST_BYTES + 1)
            if len(content) > MOST_BYTES:
                raise RunError(125, f"{host(address)} sends more than 100 MB.", "Correct --from.", ("from",))
            return answer.status, answer.headers, content

    def pause(self, seconds: float, reason: str) -> None:
        """Wait, and say so; not longer than the patience lasts in all."""
        self.waited_seconds += seconds
        if self.waited_seconds > self.patience.most_wait_seconds:
            raise RunError(
                126,
                f"the server {reason}, and waiting longer than {self.patience.most_wait_seconds:.0f} seconds "
                "would be needed.",
                "Try again later; nothing was changed.",
            )
        self.say(f"The server {reason}; waiting {seconds:.0f} s.")
        self.sleep(seconds)


def check_address(address: str) -> None:
    try:
        parts = urlsplit(address)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and ADDRESS.fullmatch(address)
    except ValueError:
        usable = None
    if not usable:
        raise RunError(135, f"{address!r} is no web address.", "Begin it with https://.", ("from",))


def host(address: str) -> str:
    return urlsplit(address).hostname or address


def follow(address: str, target: str, question: Any) -> str:
    """Where a redirect leads; a question is repeated only at its own address (as after a new cookie)."""
    try:
        new = urljoin(address, quote(target, safe=LEFT_AS_THEY_ARE))
    except ValueError:
        new = ""
    check_address(new)
    if urlsplit(address).scheme == "https" and urlsplit(new).scheme != "https":
        raise RunError(124, f"{host(address)} sends to an unprotected address.", "Correct --from.", ("from",))
    if question is not None and unquote(urlsplit(new).path) != unquote(urlsplit(address).path):
        raise RunError(124, f"the table has moved to {new}.", "Correct the address or --from.", ("from",))
    return new


def wait_asked(header: str | None, patience: Patience) -> float:
    """Seconds that ``Retry-After`` asks for, as a number or a date; without it a short wait."""
    if header is None:
        return max(patience.first_wait_seconds, 1)
    if SECONDS.fullmatch(header.strip()):
        return max(float(header), 0.1)
    try:
        return max((parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds(), 0.1)
    except (ValueError, TypeError):
        return max(patience.first_wait_seconds, 1)


def check_status(address: str, status: int, content: bytes, question: Any) -> None:
    """Refusals that do not pass by themselves."""
    if question is not None and status in TOO_LARGE:
        raise TooManyValues
    if status >= 400:
        said = content[:200].decode("utf-8-sig", errors="replace").strip()
        what = "has no such table" if status == 404 else f"refuses with status {status}"
        reason = f" ({said})" if said and not said.startswith("<") else ""
        raise RunError(125, f"{host(address)} {what}{reason}.", f"Open {address} and compare.", ("from",))


def read_json(address: str, content: bytes) -> tuple[Any, str]:
    """The JSON of an answer, perhaps behind a byte-order mark, or how it breaks off."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            return None, "breaks off in the middle of its answer"
        raise RunError(
            124, f"{host(address)} answers in another coding than UTF-8.", "Correct --from."
        ) from None
    if text.lstrip()[:1] == "<":
        raise RunError(
            124,
            f"{host(address)} answers with a web page instead of figures.",
            f"Open {address} and correct the address or --from.",
            ("from",),
        )
    try:
        return json.loads(text), ""
    except (ValueError, RecursionError):
        return None, "breaks off in the middle of its answer, or sends no JSON"


def certificate(address: str, error: ssl.SSLCertVerificationError) -> RunError:
    return RunError(
        125,
        f"the certificate of {host(address)} cannot be verified ({error.verify_message}).",
        "Set SSL_CERT_FILE to a file that also has its issuer; do not go on unverified.",
    )
