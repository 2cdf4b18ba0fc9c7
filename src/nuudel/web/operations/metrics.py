"""Figures for a monitor, in Prometheus' text form: requests by route and status, their time, waiting jobs.

Worker processes count in files of one folder (``PROMETHEUS_MULTIPROC_DIR``), which each start empties.
"""

import os
import time
from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)

REQUESTS = Counter("nuudel_requests_total", "Requests answered.", ["route", "method", "status"])
SECONDS = Histogram(
    "nuudel_request_seconds",
    "Time to answer a request.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
JOB_REGISTRY = CollectorRegistry()
JOBS = Gauge("nuudel_jobs", "Jobs by status.", ["status"], registry=JOB_REGISTRY)
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
LOOPBACK = ("127.0.0.1", "::1")
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
# What a proxy adds, one or the other.
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")


class MetricsMiddleware:
    """Counts each request under its route's name: no address and nobody's id reaches a metric."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        route = match.view_name if match and match.view_name else "none"
        # A caller may invent methods: each would be a figure that is kept for good.
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(route, method, response.status_code).inc()
        SECONDS.labels(route).observe(time.perf_counter() - start)
        return response


def metrics(request: HttpRequest) -> HttpResponse:
    """For this machine's monitor only; whoever comes through a proxy is refused."""
    if request.META.get("REMOTE_ADDR") not in LOOPBACK or any(name in request.META for name in FORWARDED):
        raise PermissionDenied
    registry = REGISTRY
    if os.environ.get(FOLDER):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    for status, count in waiting_jobs().items():
        JOBS.labels(status).set(count)
    return HttpResponse(
        generate_latest(registry) + generate_latest(JOB_REGISTRY), content_type=CONTENT_TYPE_LATEST
    )


def waiting_jobs() -> dict[str, int]:
    """Jobs in the queue, by status."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status")
        return dict(cursor.fetchall())
