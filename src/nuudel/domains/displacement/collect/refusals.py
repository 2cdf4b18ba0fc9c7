"""What a phone is told that cannot be served: a status that it understands, and a message for its user."""

from collections.abc import Mapping

from nuudel.base.errors import WebError


class Refused(Exception):  # noqa: N818  it is an answer
    """A request is refused; everything it did is undone.

    Parameters
    ----------
    guessed
        The login for which a wrong key was given, which is counted once all is undone.
    """

    def __init__(
        self, status: int, error: WebError, headers: Mapping[str, str] | None = None, guessed: str = ""
    ) -> None:
        super().__init__(error.code)
        self.status, self.error, self.headers = status, error, dict(headers or {})
        self.guessed = guessed

    @property
    def number(self) -> str:
        return self.error.code.rpartition("-")[2]


def unknown() -> Refused:
    """There is nothing at this address for who asks."""
    return Refused(404, WebError(504, "there is nothing at this address.", "Scan the code again."))


def key_ended() -> Refused:
    """The phone's key does not hold, or holds no longer."""
    return Refused(403, WebError(502, "this key does not hold.", "Ask for a new code to scan."))


def too_large(most: int) -> Refused:
    return Refused(413, WebError(511, f"a message has {most:,} bytes at most.", "Send the files one by one."))


def unreadable() -> Refused:
    return Refused(400, WebError(513, "the message cannot be read.", "Send it again."))
