-- A trust set in reading order, with the certificates that anybody sent.
SELECT e.sha256, e.key_identity, e.marks, c.der
FROM rootshift.trust_entry e
LEFT JOIN rootshift.certificate c ON c.sha256 = e.sha256
WHERE e.trust_set = decode(:'trust_set', 'hex')
ORDER BY e.position
