"""Pages of accounts under a language: sign-in by allauth, and the administration of people."""

from django.urls import include, path

from nuudel.web.accounts import factors, welcome
from nuudel.web.accounts.people import views as people

urlpatterns = [
    path("account/", include("allauth.account.urls")),
    path("account/factors/webauthn/keys/<int:pk>/remove/", factors.remove_key, name="mfa_remove_webauthn"),
    path("account/factors/", include("allauth.mfa.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
    path("account/sign-on/", include("allauth.socialaccount.urls")),
    path("account/", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("account/welcome/<str:token>/", welcome.welcome, name="account_welcome"),
    path("desk/people/", people.people, name="people"),
    path("desk/people/invite/", people.invite, name="people_invite"),
    path("desk/people/<int:pk>/", people.person, name="person"),
    path("desk/people/<int:pk>/link/", people.link, name="person_link"),
    path("desk/people/<int:pk>/stop/", people.stop, name="person_stop"),
    path("desk/people/postings/<int:pk>/end/", people.end, name="posting_end"),
    path("desk/institutions/", people.institutions, name="institutions"),
    path("desk/institutions/<slug:code>/", people.institution, name="institution"),
]
