"""Who sends and what of it is here already, each asked in one call."""

from django.db import migrations

from nuudel.web.facts.service import ADDRESS

# With the service's rights; afterwards somebody else acts.
SERVING = f"""
  service text := (SELECT id::text FROM accounts_user WHERE email = '{ADDRESS}' AND is_active);
BEGIN
  IF service IS NULL THEN
    RAISE EXCEPTION 'the database has no account for the system''s own work';
  END IF;
  PERFORM set_config('nuudel.user', service, true);
"""  # noqa: S608  of our own constants
SERVED = "PERFORM set_config('nuudel.user', {acts}, true);"

# The versions are those of all rows that are read with a phone: what was read of older ones is read anew.
PHONE = f"""
CREATE FUNCTION displacement_phone(by_id uuid, by_login text, by_digest bytea)
RETURNS TABLE (phone uuid, versions text) LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  before text := coalesce(current_setting('nuudel.user', true), '');
{SERVING}
  RETURN QUERY
  SELECT device.id, concat_ws(' ', device.xmin, assignment.xmin, round.xmin, operation.xmin, institution.xmin,
    person.xmin, (
      SELECT string_agg(concat_ws('-', posting.xmin, posting.id, office.xmin), ' ' ORDER BY posting.id)
      FROM accounts_posting posting JOIN accounts_institution office ON office.id = posting.institution_id
      WHERE posting.user_id = person.id))
  FROM displacement_device device
    JOIN displacement_assignment assignment ON assignment.id = device.assignment_id
    JOIN displacement_round round ON round.id = assignment.round_id
    JOIN displacement_operation operation ON operation.id = round.operation_id
    JOIN accounts_institution institution ON institution.id = assignment.institution_id
    JOIN accounts_user person ON person.id = assignment.holder_id
  WHERE device.state = 'active' AND assignment.state = 'active' AND device.id = coalesce(
    by_id,
    (SELECT known.id FROM displacement_device known WHERE known.login = by_login),
    (SELECT known.id FROM displacement_device known WHERE known.digest = by_digest));
  {SERVED.format(acts="before")}
END $$;
"""  # noqa: S608  of our own constants
NO_PHONE = "DROP FUNCTION displacement_phone(uuid, text, bytea);"

# From here on the person acts whose phone it is.
# What waits for a lock reads what is there once it has it: each statement sees what was committed before it.
STANDING = f"""
CREATE FUNCTION displacement_standing(
  phone uuid, acts bigint, locks bigint[], named text, filled_form text, filled_version text)
RETURNS TABLE (holds boolean, is_open boolean, submission uuid, shown uuid, shown_versions text)
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  number bigint;
{SERVING}
  FOREACH number IN ARRAY locks LOOP
    PERFORM pg_advisory_xact_lock(number);
  END LOOP;
  RETURN QUERY
  SELECT device.state = 'active' AND assignment.state = 'active', round.state = 'open', there.id,
    version.id, concat_ws(' ', version.xmin, form.xmin)
  FROM displacement_device device
    JOIN displacement_assignment assignment ON assignment.id = device.assignment_id
    JOIN displacement_round round ON round.id = assignment.round_id
    LEFT JOIN displacement_submission there ON there.round_id = round.id AND there.instance_id = named
    LEFT JOIN displacement_form form ON form.operation_id = round.operation_id
      AND form.form_id = filled_form AND form.state <> 'draft'
    LEFT JOIN displacement_formversion version
      ON version.form_id = form.id AND version.version = filled_version
  WHERE device.id = phone;
  {SERVED.format(acts="acts::text")}
END $$;
"""  # noqa: S608  of our own constants
NO_STANDING = "DROP FUNCTION displacement_standing(uuid, bigint, bigint[], text, text, text);"


class Migration(migrations.Migration):
    dependencies = [("displacement", "0007_weights")]

    operations = [migrations.RunSQL(PHONE, NO_PHONE), migrations.RunSQL(STANDING, NO_STANDING)]
