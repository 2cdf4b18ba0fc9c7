"""Who may open the pages of accounts, and who may change people and postings."""

from nuudel.web.access.roles import PermissionTable, Role, Scope, permit
from nuudel.web.access.routes import PUBLIC, SIGNED_IN, Rule, of_roles

PERMISSIONS: PermissionTable = {
    "accounts.user": permit(Role.ADMINISTRATOR, Scope.ALL, "read", "write"),
    "accounts.posting": permit(Role.ADMINISTRATOR, Scope.ALL, "read", "write"),
    "accounts.institution": permit(Role.ADMINISTRATOR, Scope.ALL, "read", "write"),
}

BEFORE_SIGN_IN = (
    "account_login",
    "account_logout",
    "account_signup",
    "account_inactive",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_confirm_login_code",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_welcome",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
    "socialaccount_signup",
    "openid_connect_login",
    "openid_connect_callback",
)
CHALLENGE = (
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
)
SET_UP = (
    "account_reauthenticate",
    "account_email",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
    "mfa_view_recovery_codes",
)
OWN_ACCOUNT = (
    "account_change_password",
    "account_set_password",
    "mfa_deactivate_totp",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_remove_webauthn",
    "mfa_edit_webauthn",
    "usersessions_list",
    "socialaccount_connections",
)
ADMINISTRATION = (
    "people",
    "people_invite",
    "person",
    "person_link",
    "person_stop",
    "posting_end",
    "institutions",
    "institution",
)

ROUTES: dict[str, Rule] = {
    **dict.fromkeys(BEFORE_SIGN_IN, PUBLIC),
    **dict.fromkeys((*CHALLENGE, *SET_UP, *OWN_ACCOUNT), SIGNED_IN),
    **dict.fromkeys(ADMINISTRATION, of_roles(Role.ADMINISTRATOR)),
}
