"""The part's own pages."""

from django.urls import path

from nuudel.domains.registration.duplicates import views

urlpatterns = [path("pair/<uuid:pk>/decide/", views.decide, name="pair_decide")]
