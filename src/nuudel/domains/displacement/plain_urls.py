"""Addresses for phones: short, without a language. The round's key, or the key of a phone."""

from django.urls import URLPattern, path

from nuudel.domains.displacement.collect import views

WAYS = {"round": "collect/<slug:round_key>/", "key": "collect/key/<str:key>/"}


def ways(name: str, before: str) -> list[URLPattern]:
    """The addresses of one way in."""

    def way(address: str, view: object, what: str) -> URLPattern:
        return path(before + address, view, name=f"displacement_{name}_{what}")  # type: ignore[call-overload,no-any-return]

    return [
        way("formList", views.form_list, "list"),
        way("form/<uuid:pk>/form.xml", views.form_xml, "form"),
        way("form/<uuid:pk>/manifest", views.manifest, "manifest"),
        way("form/<uuid:pk>/file/<int:number>", views.form_file, "file"),
        way("submission", views.submission, "submission"),
        way("view/submissionList", views.pull_list, "pull_list"),
        way("view/downloadSubmission", views.pull, "pull"),
        way("view/file/<uuid:pk>", views.pull_file, "pull_file"),
    ]


urlpatterns = [pattern for name, before in WAYS.items() for pattern in ways(name, before)]
