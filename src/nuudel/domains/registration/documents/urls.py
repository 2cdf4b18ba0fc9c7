"""The part's own pages."""

from django.urls import path

from nuudel.domains.registration.documents import views

urlpatterns = [
    path("office/no-papers/", views.no_papers, name="documents_no_papers"),
    path("person/<uuid:pk>/no-papers/", views.no_papers, name="documents_by_witnesses"),
]
