"""Addresses of the forms in a browser; all lie under one path, for which the service worker stands in."""

from django.urls import path

from nuudel.domains.displacement.webforms import sending, views

FORM = "webforms/<uuid:assignment>/<uuid:version>/"
urlpatterns = [
    path("webforms/", views.forms, name="displacement_webforms"),
    path("webforms/worker.js", views.worker, name="displacement_webforms_worker"),
    path("webforms/session", sending.session, name="displacement_webforms_session"),
    path(FORM, views.form, name="displacement_webform"),
    path(f"{FORM}form.xml", views.form_xml, name="displacement_webform_xml"),
    path(f"{FORM}file/<int:number>", views.form_file, name="displacement_webform_file"),
    path("webforms/<uuid:assignment>/send", sending.send, name="displacement_webform_send"),
]
