"""The frame that all pages share: templates, words, static files."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "nuudel.web"
    label = "web"
