"""Addresses of the explorer without a language."""

from django.urls import URLPattern, path

from nuudel.web.explorer.figures import figures

urlpatterns: list[URLPattern] = [
    path("figures/<str:build>/<str:file>", figures, name="figures"),
]
