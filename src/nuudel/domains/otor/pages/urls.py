"""The addresses of the register's pages."""

from django.urls import path

from nuudel.domains.otor.pages import views

urlpatterns = [
    path("overview/", views.overview, name="otor_overview"),
    path("figures/", views.figures, name="otor_figures"),
    path("figures.csv", views.figures_csv, name="otor_figures_csv"),
]
