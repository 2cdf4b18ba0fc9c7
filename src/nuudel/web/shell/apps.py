"""Django's entry of this app."""

from django.apps import AppConfig


class ShellConfig(AppConfig):
    name = "nuudel.web.shell"
    label = "shell"
