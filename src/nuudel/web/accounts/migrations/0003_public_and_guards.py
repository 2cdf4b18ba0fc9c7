"""The institution that citizens belong to, and the guard of postings: only who may give roles can change them."""

from django.db import migrations

# A fault of the application cannot make anybody something else: the posting of a citizen is open to all, every
# other is written only in the name of somebody who may write postings. The owner installs and migrates.
GUARD = """
CREATE FUNCTION nuudel_posting_guarded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user = 'nuudel_owner' THEN RETURN coalesce(NEW, OLD); END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.role = 'citizen' THEN RETURN NEW; END IF;
    -- The first administrator: nobody is there who could give the role.
    IF NEW.role = 'administrator' AND NOT EXISTS (SELECT 1 FROM accounts_posting WHERE role = 'administrator')
    THEN RETURN NEW; END IF;
  END IF;
  IF EXISTS (SELECT 1 FROM nuudel_grants('accounts.posting', 'write')) THEN RETURN coalesce(NEW, OLD); END IF;
  RAISE EXCEPTION 'WEB-126: postings are changed only by who may give roles.'
    USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER posting_guarded BEFORE INSERT OR UPDATE OR DELETE ON accounts_posting
  FOR EACH ROW EXECUTE FUNCTION nuudel_posting_guarded();
REVOKE TRUNCATE ON accounts_posting, accounts_user FROM nuudel_app;
"""

NO_GUARD = """
DROP TRIGGER posting_guarded ON accounts_posting;
DROP FUNCTION nuudel_posting_guarded();
"""


def make_public(apps, editor):
    institutions = apps.get_model("accounts", "Institution").objects.using(editor.connection.alias)
    institutions.get_or_create(code="public", defaults={"name_mn": "Иргэд", "name_en": "Citizens"})


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_invitations"), ("access", "0002_row_security")]
    operations = [
        migrations.RunPython(make_public, migrations.RunPython.noop),
        migrations.RunSQL(GUARD, NO_GUARD),
    ]
