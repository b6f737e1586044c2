SELECT r.name, r.role, r.label, encode(r.sha256, 'hex') AS sha256
FROM rootshift.campaign_root r
JOIN rootshift.campaign_current c ON c.name = r.campaign AND c.version = r.version
WHERE r.campaign = :'campaign'
ORDER BY array_position(ARRAY['new', 'old', 'retired'], r.role), r.name
