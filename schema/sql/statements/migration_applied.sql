-- Version 0 is what every `migrate` makes anew: views and roles.
INSERT INTO rootshift.schema_version (version, name, checksum) VALUES (:'version', :'name', :'checksum')
ON CONFLICT (version) DO UPDATE SET checksum = excluded.checksum, name = excluded.name, applied_at = now()
WHERE schema_version.version = 0
