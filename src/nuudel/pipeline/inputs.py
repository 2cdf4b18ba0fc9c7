"""What a pack must bring for the main job, and what the job reads beside it."""

from nuudel.base.errors import RunError
from nuudel.base.packs import Pack, load_pack, pack_names

MARGINS, FLOWS, LOSSES = "internal_migration", "migration_flows", "livestock_losses"
NEEDED = {
    MARGINS: ("year", "place", "in_migrants", "out_migrants"),
    FLOWS: ("year", "origin", "destination", "migrants", "distance_km"),
}


def check_inputs(pack: Pack, lang: str) -> None:
    """Refuse a language that the pack does not have, and a pack without figures of migration.

    Raises
    ------
    RunError
        ``RUN-105`` the pack has no texts in the language; ``RUN-106`` it has no table of migration, or
        one that is empty or lacks a column.
    """
    found = [name for name in (FLOWS, MARGINS) if pack.has(name)]
    if not found:
        raise RunError(
            106,
            f"pack {pack.name} has no table {MARGINS} and no table {FLOWS}.",
            "Add one of them (docs/reference/packs.md).",
        )
    for name in found:
        table = pack.table(name)
        lacking = [column for column in NEEDED[name] if column not in table.columns]
        if lacking or table.frame.is_empty():
            what = f"lacks column {lacking[0]!r}" if lacking else "is empty"
            raise RunError(106, f"table {name} of pack {pack.name} {what}.", "Add it.", tuple(lacking))
    if lang not in pack.languages:
        raise RunError(
            105,
            f"pack {pack.name} has no texts in language {lang!r}.",
            f"Choose one of: {', '.join(pack.languages)}.",
            ("lang",),
        )


def packs_with_flows(pack: Pack) -> list[Pack]:
    """Packs of other countries that bring full tables of flows."""
    others = (load_pack(name) for name in pack_names() if name != pack.name)
    return [other for other in others if other.has(FLOWS) and other.country != pack.country]


def evidence_fingerprints(pack: Pack) -> dict[str, str]:
    """Fingerprints of what the deterrence is learnt from."""
    return {
        f"{other.name}/{name}": fingerprint
        for other in packs_with_flows(pack)
        for name, fingerprint in other.file_hashes().items()
    }
