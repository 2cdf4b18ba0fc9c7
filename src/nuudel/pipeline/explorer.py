"""What the public explorer shows, written as a bundle of JSON files; nothing is drawn here."""

from pathlib import Path

from nuudel.publication.report.material import Material

FOLDER = "explorer"


def write_explorer(material: Material, folder: Path) -> None:
    """Write the bundle into the folder ``explorer`` of the results; errors of ``write_bundle``."""
    from nuudel.publication.explorer.write import write_bundle

    write_bundle(material, folder / FOLDER)
