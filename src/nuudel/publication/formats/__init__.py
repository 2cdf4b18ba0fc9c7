"""Tables for publication as files: CSV with metadata, PX and SDMX. Importing this imports none of them."""

from pathlib import Path

from nuudel.publication.tables import Table


def write_all(table: Table, folder: Path) -> list[Path]:
    """Write a table in every format; each file is there whole or not at all.

    Parameters
    ----------
    folder
        Made where it does not exist. The files are ``<key>.csv``, ``<key>.csv-metadata.json``, ``<key>.px``,
        ``<key>.structure.sdmx.xml``, ``<key>.sdmx.xml`` and ``<key>.sdmx.csv``.

    Raises
    ------
    PublicationError
        ``PUBLICATION-191`` a file cannot be written, ``PUBLICATION-210`` PX cannot tell two labels apart.
    """
    from nuudel.publication.formats.csvw import write_csvw
    from nuudel.publication.formats.px import table_to_px, write_px
    from nuudel.publication.formats.sdmx import write_sdmx

    px = table_to_px(table)
    return [*write_csvw(table, folder), write_px(px, folder / f"{table.key}.px"), *write_sdmx(table, folder)]
