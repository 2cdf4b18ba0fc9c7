"""Django's entry of this app."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "nuudel.web.operations"
    label = "operations"
