"""The release that the pages show: the results of ``nuudel run``, read once and again when they change."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from nuudel.base import settings
from nuudel.base.errors import WebError

if TYPE_CHECKING:
    from nuudel.publication.explorer.read import Bundle
    from nuudel.publication.tables import Table


def release_folder() -> Path:
    """Where the results are: ``NUUDEL_RELEASE``, or ``release`` in the data folder."""
    return Path(settings.value("NUUDEL_RELEASE") or settings.data_folder() / "release").expanduser()


@dataclass(frozen=True)
class Release:
    """One release.

    Attributes
    ----------
    folder
        The folder of the results.
    stamp
        Changes when the release does.
    """

    folder: Path
    stamp: int

    @cached_property
    def bundle(self) -> "Bundle":
        """The explorer's content."""
        from nuudel.publication.explorer.read import read_bundle

        return read_bundle(self.folder / "explorer")

    @cached_property
    def tables(self) -> "dict[str, Table]":
        """The published tables by name, in the order of their names."""
        from nuudel.publication.formats.csvw import read_csvw

        files = sorted((self.folder / "tables").glob("*.csv-metadata.json"))
        names = [path.name.removesuffix(".csv-metadata.json") for path in files]
        return {name: read_csvw(self.folder / "tables" / f"{name}.csv") for name in names}


_kept: Release | None = None


def release() -> Release:
    """The release of now; ``WEB-331`` where none has been made yet."""
    global _kept  # noqa: PLW0603  one release a process, read when it changes
    folder = release_folder()
    try:
        stamp = (folder / "explorer" / "index.json").stat().st_mtime_ns
    except OSError:
        raise WebError(
            331,
            "the figures are not there yet.",
            "Wait until `nuudel serve` has computed them, or run `nuudel release`.",
        ) from None
    if _kept is None or _kept.stamp != stamp or _kept.folder != folder:
        _kept = Release(folder, stamp)
    return _kept
