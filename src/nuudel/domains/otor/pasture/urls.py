"""The part's own pages."""

from django.urls import path

from nuudel.domains.otor.pasture import hosts, views

urlpatterns = [
    path("pasture/", views.pasture, name="otor_pasture"),
    path("hosts/", hosts.hosts, name="otor_hosts"),
]
