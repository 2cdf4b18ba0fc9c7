"""Public pages under a language."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
