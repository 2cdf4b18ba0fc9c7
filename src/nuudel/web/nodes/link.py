"""On a node: the way to the centre, one message and one answer at a time."""

import base64
import gzip
import http.client
import urllib.error
import urllib.request
import zlib
from typing import Any
from urllib.parse import urlsplit

import msgspec

from nuudel.base.errors import WebError
from nuudel.web.nodes.service import MOST_UNPACKED
from nuudel.web.nodes.versions import version

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SECONDS = 60.0


class UnreachedError(Exception):
    """The link was cut, or the centre did not answer in time: to be tried again."""


def demand_address(address: str) -> str:
    """The centre's address without a slash at its end; ``WEB-491`` where records would go in the clear."""
    parts = urlsplit(address)
    good = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not good or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise WebError(
            491,
            "a centre is asked over TLS.",
            "Give its address with https://; http:// is for this machine alone.",
            ("address",),
        )
    return address.rstrip("/")


class Centre:
    """The centre as a node asks it.

    Parameters
    ----------
    address
        Such as ``https://nuudel.example``.
    token
        The node's; empty before it has joined.
    """

    def __init__(self, address: str, token: str = "") -> None:
        self.address, self.token = demand_address(address), token

    def ask(self, what: str, content: Any) -> dict[str, Any]:
        """Send a message and read the answer.

        Raises
        ------
        UnreachedError
            No whole answer came.
        WebError
            What the centre says against it: ``WEB-481``, ``WEB-482``, ``WEB-485``, ``WEB-486``.
        """
        body = content if isinstance(content, bytes) else msgspec.json.encode(content)
        # The scheme was checked: https, or http on this machine.
        request = urllib.request.Request(  # noqa: S310
            f"{self.address}/nodes/v1/{what}",
            data=gzip.compress(body, 5, mtime=0),
            headers={
                "Content-Type": "application/json",
                "Content-Encoding": "gzip",
                "Nuudel-Version": version(),
                "Authorization": f"Node {self.token}" if self.token else "",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as response:  # noqa: S310
                return unpack(response.read(MOST_UNPACKED))
        except urllib.error.HTTPError as error:
            raise refusal(error) from None
        except (OSError, EOFError, zlib.error, ValueError, urllib.error.URLError) as error:
            raise UnreachedError(type(error).__name__) from None
        except http.client.HTTPException as error:
            raise UnreachedError(type(error).__name__) from None

    def content(self, key: str) -> bytes:
        """The content of a file."""
        return base64.b64decode(self.ask(f"content/{key}", {})["content"])


def unpack(body: bytes) -> dict[str, Any]:
    """An answer; ``ValueError`` where it was cut off."""
    unpacked = zlib.decompressobj(wbits=31)
    content = unpacked.decompress(body, MOST_UNPACKED)
    if not unpacked.eof:
        raise ValueError("cut off")
    told: dict[str, Any] = msgspec.json.decode(content)
    return told


def refusal(error: urllib.error.HTTPError) -> Exception:
    """What the centre says against a request."""
    try:
        return refusal_of(error.code, error.read(1_000_000))
    except (OSError, http.client.HTTPException):
        return UnreachedError(f"HTTP {error.code}")
    finally:
        error.close()


class CentreRefusedError(WebError):
    """A refusal of the centre, with the centre's number and words."""

    def __init__(self, number: int, problem: str, next_step: str) -> None:
        super().__init__(number, problem, next_step)


def refusal_of(status: int, body: bytes) -> Exception:
    """A refusal as an error; a fault of the centre, or of what stands between, is no answer."""
    try:
        told = unpack(body)
        number = int(str(told["code"]).removeprefix("WEB-"))
    except (KeyError, TypeError, ValueError, zlib.error):
        return UnreachedError(f"HTTP {status}")
    return CentreRefusedError(number, str(told["problem"])[:300], str(told["next_step"])[:300])
