"""The tables that are offered, their folders, and the limits of one answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from nuudel.base.errors import PublicationError
from nuudel.base.provenance import Quality
from nuudel.base.tables import nearest
from nuudel.publication.formats.px.words import word
from nuudel.publication.formats.pxweb.contents import CONTENTS_CODE, variables_of
from nuudel.publication.formats.pxweb.words import FOLDERS
from nuudel.publication.tables import Table

DATABASE_ID = "nuudel"


@dataclass(frozen=True)
class Limits:
    """Cells of one answer; how many calls a client may make in how many seconds (kept by who serves it)."""

    most_cells: int = 100_000
    calls: int = 30
    seconds: int = 10


@dataclass(frozen=True)
class Catalogue:
    """Tables by their key, in the order in which they are listed.

    Attributes
    ----------
    address
        Where version 2 is served, e.g. ``/api/pxweb/v2``; links in answers begin with it.
    licence
        Address of the licence under which the figures are given.
    """

    tables: Mapping[str, Table]
    languages: tuple[str, ...]
    address: str
    licence: str
    limits: Limits = field(default=Limits())

    def language(self, lang: str | None) -> str:
        """A language that is offered, the first one where none is asked for; ``PUBLICATION-410``."""
        if not lang:
            return self.languages[0]
        if lang not in self.languages:
            raise PublicationError(
                410,
                f"the language {lang!r} is not offered.",
                f"Ask for one of them{nearest(lang, self.languages)}.",
                ("lang",),
            )
        return lang

    def table(self, key: str) -> Table:
        """A table by its key, in any case, with or without ``.px``; ``PUBLICATION-401``."""
        name = key.removesuffix(".px").casefold()
        if name not in self.tables:
            raise PublicationError(
                401, f"there is no table {key!r}.", f"Ask for one of them{nearest(name, self.tables)}."
            )
        return self.tables[name]

    def folders(self) -> dict[Quality, list[Table]]:
        """The tables by how their figures came about; an empty folder is not there."""
        sorted_in: dict[Quality, list[Table]] = {quality: [] for quality in FOLDERS}
        for table in self.tables.values():
            sorted_in[table.quality].append(table)
        return {quality: tables for quality, tables in sorted_in.items() if tables}

    def find(self, words: str, lang: str) -> list[Table]:
        """Tables in whose key, title or names of variables each of the words occurs; all for no words."""
        wanted = words.casefold().split()
        return [table for table in self.tables.values() if all(w in searched(table, lang) for w in wanted)]


def searched(table: Table, lang: str) -> str:
    """What is searched of a table, in small letters."""
    return " ".join(
        [table.key, table.title[lang], *(variable.text for variable in variables_of(table, lang))]
    ).casefold()


def folder_name(quality: Quality, lang: str) -> str:
    return word(FOLDERS[quality], lang)


def catalogue(
    tables: Iterable[Table],
    *,
    address: str = "/api/pxweb/v2",
    licence: str = "",
    limits: Limits | None = None,
) -> Catalogue:
    """The catalogue of some tables.

    Parameters
    ----------
    tables
        Each key once; the languages offered are those that all of them have, in the order of the first.

    Raises
    ------
    PublicationError
        ``PUBLICATION-415``: two tables have one key (in any case), no language is common to all, or a
        dimension has the key of the variable of contents.
    """
    listed = list(tables)
    named = {table.key.casefold(): table for table in listed}
    common = [
        lang
        for lang in (listed[0].languages if listed else ("en",))
        if all(lang in table.languages for table in listed)
    ]
    taken = any(d.key == CONTENTS_CODE.casefold() for table in listed for d in table.dimensions)
    if len(named) != len(listed) or not common or taken:
        what = "two tables have the same key" if common else "the tables have no language in common"
        what = f"a dimension is called {CONTENTS_CODE.casefold()}" if taken else what
        raise PublicationError(415, f"no catalogue can be made: {what}.", "Offer other tables.")
    return Catalogue(named, tuple(common), address.rstrip("/"), licence, limits or Limits())
