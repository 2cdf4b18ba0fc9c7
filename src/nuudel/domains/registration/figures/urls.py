"""The part's own pages."""

from django.urls import path

from nuudel.domains.registration.figures import views

urlpatterns = [
    path("figures/", views.figures, name="registration_figures"),
    path("figures.csv", views.figures_csv, name="registration_figures_csv"),
]
