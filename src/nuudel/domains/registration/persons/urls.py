"""The part's own pages."""

from django.urls import path

from nuudel.domains.registration.persons import views

urlpatterns = [
    path("office/look-up/", views.find, name="persons_look_up"),
    path("person/<uuid:pk>/photo/", views.photo, name="persons_photo"),
    path("person/<uuid:pk>/photo/send/", views.photo_send, name="persons_photo_send"),
    path("person/<uuid:pk>/account/", views.account, name="persons_account"),
]
