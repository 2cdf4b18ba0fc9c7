"""The pages of moves: under the desk for who has signed in, short addresses for everybody."""

from django.urls import path

from nuudel.domains.registration.moves import views, views_office, views_public, views_report

urlpatterns = [
    path("my/", views.moves, name="moves"),
    path("my/household/", views.my, name="moves_my"),
    path("my/move/<slug:step>/", views_report.report, name="moves_report"),
    path("my/case/<uuid:pk>/", views.case, name="moves_case"),
    path("my/case/<uuid:pk>/paper/", views.paper, name="moves_paper"),
    path("my/case/<uuid:pk>/certificate.pdf", views.certificate_file, name="moves_certificate"),
    path("my/agree/<uuid:pk>/", views.agree, name="moves_agree"),
    path("office/moves/", views_office.office, name="moves_office"),
    path("office/search/", views_report.search, name="moves_search"),
    path("office/decide/<uuid:pk>/", views_office.decide, name="moves_decide"),
]
public_urlpatterns = [
    path("follow/", views_public.follow, name="moves_follow"),
    path("verify/", views_public.verify_form, name="moves_verify_form"),
    path("verify/<slug:number>/<slug:seal>/", views_public.verify, name="moves_verify"),
]
