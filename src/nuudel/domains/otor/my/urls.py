"""The addresses of the herder's pages."""

from django.urls import path

from nuudel.domains.otor.my import views

urlpatterns = [
    path("my/", views.my, name="otor_my"),
    path("my/link/", views.link, name="otor_my_link"),
    path("my/ask/", views.ask, name="otor_my_ask"),
    path("my/<uuid:pk>/extend/", views.extend, name="otor_my_extend"),
]
