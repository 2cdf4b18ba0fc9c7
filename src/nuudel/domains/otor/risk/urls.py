"""The part's own page."""

from django.urls import path

from nuudel.domains.otor.risk import views

urlpatterns = [path("risk/", views.risk, name="otor_risk")]
