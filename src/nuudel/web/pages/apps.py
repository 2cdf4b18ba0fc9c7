"""Django's entry of this app."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "nuudel.web.pages"
    label = "pages"
