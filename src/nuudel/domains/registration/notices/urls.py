"""The part's own pages."""

from django.urls import path

from nuudel.domains.registration.notices import views

urlpatterns = [
    path("notices/file/", views.notices_file, name="registration_notices_file"),
    path("notices/file/<uuid:pk>/", views.notices_read, name="registration_notices_read"),
]
