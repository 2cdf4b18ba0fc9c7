"""What the database must know of the program: the declared permissions and the country's places."""

from django.db import transaction

from nuudel.base.packs import load_pack
from nuudel.places.gazetteer import read_gazetteer
from nuudel.web.access.models import PermissionRow, Place
from nuudel.web.access.tables import permission_tables


def sync_permissions(using: str) -> int:
    """Make the table of permissions equal to what is declared; the number of rows."""
    declared = {
        (record_type, permission.role.value, permission.kind, permission.scope.value)
        for record_type, permissions in permission_tables().items()
        for permission in permissions
    }
    with transaction.atomic(using=using):
        PermissionRow.objects.using(using).all().delete()
        PermissionRow.objects.using(using).bulk_create(
            PermissionRow(record_type=t, role=r, kind=k, scope=s) for t, r, k, s in sorted(declared)
        )
    return len(declared)


def sync_places(using: str, pack_name: str = "mongolia") -> int:
    """Bring the table of places up to date with a pack; places are added and renamed, never removed."""
    gazetteer = read_gazetteer(load_pack(pack_name))
    rows = [
        Place(
            code=place.code,
            parent=place.parent or "",
            level=place.level,
            path=[*(above.code for above in reversed(gazetteer.ancestors(place.code))), place.code],
            name_mn=place.name("mn"),
            name_en=place.name("en"),
        )
        for place in gazetteer.places.values()
    ]
    Place.objects.using(using).bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["parent", "level", "path", "name_mn", "name_en"],
    )
    return len(rows)
