"""The domain's own page; all others are the shell's."""

from django.urls import path

from nuudel.domains.campaigns import views

urlpatterns = [path("figures/", views.figures, name="campaigns_figures")]
