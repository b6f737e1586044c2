SELECT to_regclass('rootshift.schema_version') IS NOT NULL AS here
