"""Addresses that nodes ask; their version is in the message."""

from django.urls import path

from nuudel.web.nodes import service

urlpatterns = [
    path("nodes/v1/join", service.node_join, name="node_join"),
    path("nodes/v1/push", service.node_push, name="node_push"),
    path("nodes/v1/pull", service.node_pull, name="node_pull"),
    path("nodes/v1/file/<slug:digest>", service.node_file, name="node_file"),
    path("nodes/v1/content/<uuid:pk>", service.node_content, name="node_content"),
]
