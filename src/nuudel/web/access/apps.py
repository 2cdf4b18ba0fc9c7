"""Django's entry of this app."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "nuudel.web.access"
    label = "access"
