SELECT version, name, checksum FROM rootshift.schema_version ORDER BY version
