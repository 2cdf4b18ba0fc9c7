"""The part's own pages."""

from django.urls import path

from nuudel.domains.registration.unregistered import views

urlpatterns = [
    path("office/unregistered/list/", views.list_load, name="registration_unregistered_list"),
    path("office/unregistered/counts/", views.counts, name="registration_unregistered_counts"),
    path("unregistered/<uuid:pk>/settled/", views.settled, name="registration_unregistered_settled"),
]
