"""The guards' functions see the schema's own tables alone, and the application changes no permission.

Without ``pg_temp`` at its end a search path begins with the session's temporary tables: a session could lay one
called ``accounts_posting`` or ``audit_auditentry`` before the real one. What "today" is, is the service's day
in every session, as the application reckons it.
"""

from django.conf import settings
from django.db import migrations

CLOSED = f"""
ALTER FUNCTION nuudel_grants(text, text) SET search_path = public, pg_temp;
ALTER FUNCTION nuudel_grants(text, text) SET timezone = '{settings.TIME_ZONE}';
ALTER FUNCTION nuudel_audited() SET search_path = public, pg_temp;
ALTER FUNCTION nuudel_posting_guarded() SET search_path = public, pg_temp;
REVOKE INSERT, UPDATE, DELETE ON access_permissionrow, access_place, django_migrations FROM nuudel_app;
"""

AS_BEFORE = """
GRANT INSERT, UPDATE, DELETE ON access_permissionrow, access_place, django_migrations TO nuudel_app;
ALTER FUNCTION nuudel_posting_guarded() RESET search_path;
ALTER FUNCTION nuudel_audited() SET search_path = public;
ALTER FUNCTION nuudel_grants(text, text) RESET timezone;
ALTER FUNCTION nuudel_grants(text, text) SET search_path = public;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0002_row_security"),
        ("accounts", "0003_public_and_guards"),
        ("audit", "0002_guards"),
    ]
    operations = [migrations.RunSQL(CLOSED, AS_BEFORE)]
