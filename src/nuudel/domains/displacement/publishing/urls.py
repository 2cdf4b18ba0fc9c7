"""Addresses of the step, and of the public pages."""

from django.urls import path

from nuudel.domains.displacement.publishing import public, views

urlpatterns = [path("publish/", views.publish_round, name="displacement_publish")]
public_urlpatterns = [
    path("displacement/", public.published, name="displacement_published"),
    path("displacement/places/<str:code>/", public.place, name="displacement_published_place"),
    path("displacement/<uuid:pk>/", public.round_page, name="displacement_published_round"),
    path("displacement/<uuid:pk>/areas.csv", public.table, name="displacement_published_table"),
]
