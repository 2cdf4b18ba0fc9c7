"""Pages of the API under a language: its description, and a user's tokens."""

from django.urls import path

from nuudel.web.api import pages, token_pages

urlpatterns = [
    path("api/", pages.description, name="api-description"),
    path("desk/tokens/", token_pages.tokens, name="api-tokens"),
    path("desk/tokens/<uuid:pk>/end/", token_pages.end, name="api-token-end"),
]
