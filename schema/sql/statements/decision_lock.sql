-- One decision after another. For the session, since a transaction's lock would come after its snapshot.
SELECT pg_advisory_lock(hashtext('rootshift.decision'))
