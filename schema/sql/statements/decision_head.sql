SELECT number, hash FROM rootshift.decision ORDER BY number DESC LIMIT 1
