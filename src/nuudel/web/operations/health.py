"""What a monitor asks first: is it alive?"""

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from nuudel.base.errors import WebError
from nuudel.web.explorer.release import release


def healthz(request: HttpRequest) -> HttpResponse:
    """200 where the database answers, else 503; says too whether the figures are there."""
    database = database_answers()
    checks = {
        "database": "ok" if database else "does not answer",
        "release": "ok" if release_is_there() else "not there yet",
    }
    return JsonResponse(
        {"status": "ok" if database else "failed", "checks": checks}, status=200 if database else 503
    )


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def release_is_there() -> bool:
    try:
        release()
    except WebError:
        return False
    return True
