"""Django's entry of this app."""

from django.apps import AppConfig


class ExplorerConfig(AppConfig):
    name = "nuudel.web.explorer"
    label = "explorer"
