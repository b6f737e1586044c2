SELECT encode(s.enrolment, 'hex') AS enrolment, s.id, s.path, s.format, s.state, s.certificates, s.problem
FROM rootshift.host_store s
JOIN rootshift.enrolment e ON e.key_id = s.enrolment
WHERE e.partner = :'partner'
ORDER BY s.enrolment, s.path, s.id
