-- One migrator at a time, until the end of its transaction. The key is the schema's name.
SELECT pg_advisory_xact_lock(hashtext('rootshift.schema_version'))
