-- The newest reports that changed a host of this partner.
SELECT e.host, h.sequence, h.boot_id, rootshift.local_text(h.observed_at, z.zone) AS observed_at,
       rootshift.iso_text(h.observed_at) AS observed_at_iso
FROM rootshift.host_change h
JOIN rootshift.enrolment e ON e.key_id = h.enrolment
JOIN rootshift.campaign_current z ON z.name = :'campaign'
WHERE e.partner = :'partner'
ORDER BY h.observed_at DESC, h.sequence DESC
LIMIT 50
