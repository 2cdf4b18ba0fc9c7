"""Django's entry of this app."""

from django.apps import AppConfig


class FactsConfig(AppConfig):
    name = "nuudel.web.facts"
    label = "facts"
