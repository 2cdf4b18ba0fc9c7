"""The part's own pages."""

from django.urls import path

from nuudel.domains.registration.residence import views

urlpatterns = [
    path("office/household/", views.register, name="residence_register"),
    path("household/<uuid:pk>/members/", views.members, name="residence_members"),
    path("office/residents/", views.who_lived, name="residence_residents"),
    path("person/<uuid:pk>/residence/", views.person_events, name="residence_person"),
    path("residence/<uuid:pk>/correct/", views.correction, name="residence_correction"),
]
