"""Addresses of the pages, under a language."""

from django.urls import path

from nuudel.web.nodes import views

urlpatterns = [
    path("desk/nodes/", views.nodes, name="nodes"),
    path("desk/nodes/<uuid:pk>/", views.node_operation, name="node_operation"),
]
