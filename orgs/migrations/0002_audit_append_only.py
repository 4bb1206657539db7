"""The audit is append-only for everybody, also for psql."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION orgs_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '审计记录不可修改或删除';
END $$;
CREATE TRIGGER orgs_auditevent_append_only BEFORE UPDATE OR DELETE ON orgs_auditevent
    FOR EACH ROW EXECUTE FUNCTION orgs_audit_refuse();
CREATE TRIGGER orgs_auditevent_no_truncate BEFORE TRUNCATE ON orgs_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION orgs_audit_refuse();
CREATE FUNCTION orgs_seal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.hash IS NULL THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '已封存的审计不可修改或删除';
END $$;
CREATE TRIGGER orgs_auditseal_append_only BEFORE UPDATE OR DELETE ON orgs_auditseal
    FOR EACH ROW EXECUTE FUNCTION orgs_seal_refuse();
"""
BACKWARD = """
DROP TRIGGER orgs_auditseal_append_only ON orgs_auditseal;
DROP FUNCTION orgs_seal_refuse();
DROP TRIGGER orgs_auditevent_no_truncate ON orgs_auditevent;
DROP TRIGGER orgs_auditevent_append_only ON orgs_auditevent;
DROP FUNCTION orgs_audit_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("orgs", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
