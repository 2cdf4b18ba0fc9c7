"""A page that refuses what was typed shows the record all the same: that reading is audited too."""

from django.http import HttpRequest, HttpResponse

from nuudel.web.access.context import Context, acting

SHOWN_ALL_THE_SAME = (409, 422)


def write_readings(request: HttpRequest, response: HttpResponse, context: Context | None) -> None:
    """What a refused request has read, in a transaction of its own once that of the request is undone."""
    if context is None or response.status_code not in SHOWN_ALL_THE_SAME or request.path.startswith("/api/"):
        return
    notes = [note for note in context.notes if note.action == "read"]
    if notes:
        with acting(context.user, context.purpose, context.request_id) as later:
            later.notes.extend(notes)
