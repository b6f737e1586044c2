SELECT host, code, subject, text, source FROM rootshift.finding
WHERE partner = :'partner'
ORDER BY host, code, subject
LIMIT 500
