"""Addresses for monitors, without a language."""

from django.urls import path

from nuudel.web.operations.health import healthz
from nuudel.web.operations.metrics import metrics

urlpatterns = [path("healthz", healthz, name="healthz"), path("metrics", metrics, name="metrics")]
