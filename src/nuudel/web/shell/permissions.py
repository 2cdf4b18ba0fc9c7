"""Routes of the work pages: whoever has signed in; each view asks for the permission on its record."""

from nuudel.web.access.routes import SIGNED_IN, Rule

HOME = ("work", "notices", "notices_seen")
OF_RECORDS = (
    *(
        "record_list",
        "record_export",
        "record_counts",
        "record_new",
        "record",
        "record_change",
        "record_step",
    ),
    *("record_comment", "record_attach", "record_file"),
)
ROUTES: dict[str, Rule] = dict.fromkeys((*HOME, *OF_RECORDS), SIGNED_IN)
