"""Facts that come back from a backup: the same content, and entering and freezing go on."""

from pathlib import Path

from nuudel.ledger import Ledger, Series
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.facts import snapshot, store
from nuudel.web.operations.backup import restore_backup, write_backup
from nuudel.web.operations.database import Addresses, prepare
from nuudel.web.testing import point_to, start_platform

from .facts_given import move, person, rows_of

MOVES = Series("moves", "Declared moves")


def test_restored_facts_are_the_same_and_the_folder_follows_the_new_database(
    database: Addresses, tmp_path: Path
) -> None:
    user = person(Role.REGISTRAR)
    first, lost = move(pseudonym="p"), move()
    with acting(user, "test"):
        store.append("movement", [first, move(supersedes=first["id"], persons=2)], MOVES, "office")
    name = snapshot.write_snapshot(tmp_path / "ledger").name
    write_backup(database, tmp_path / "attachments", tmp_path / "a.backup", lambda step: None)
    with acting(user, "test"):
        store.append("movement", [lost], MOVES, "office")
    snapshot.write_snapshot(tmp_path / "ledger")

    platform = start_platform()
    prepare(platform.superuser, "nuudel_facts_restored")
    restored = platform.addresses("nuudel_facts_restored")
    try:
        restore_backup(tmp_path / "a.backup", restored, tmp_path / "attachments", lambda step: None)
        point_to(restored)
        # What was entered after the backup is gone, also from the folder that had it.
        assert snapshot.write_snapshot(tmp_path / "ledger").name == name
        after = move()
        with acting(user, "test"):
            assert store.append("movement", [first, after], MOVES, "office") == 1
        facts = Ledger.open(snapshot.write_snapshot(tmp_path / "ledger")).counts("movement")
        assert facts[MOVES.key].facts == len(rows_of(restored, "movement_id")) == 3
    finally:
        point_to(database)
        platform.drop("nuudel_facts_restored")
