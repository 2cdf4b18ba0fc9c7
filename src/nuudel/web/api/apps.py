"""Django's entry of this app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "nuudel.web.api"
    label = "api"
