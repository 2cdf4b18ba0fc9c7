"""Public pages under a language."""

from django.urls import URLPattern, path

from nuudel.web.explorer.explore import explore

urlpatterns: list[URLPattern] = [
    path("", explore, name="explore"),
]
