SELECT e.name, e.use, e.chain, e.server_names, e.port, e.addresses, e.source,
       rootshift.as_of() >= coalesce(e.ends, 'infinity') AS ended,
       rootshift.local_text(e.starts, c.zone) AS starts, rootshift.iso_text(e.starts) AS starts_iso,
       rootshift.local_text(e.ends, c.zone) AS ends, rootshift.iso_text(e.ends) AS ends_iso
FROM rootshift.endpoint e
JOIN rootshift.campaign_current c ON c.name = e.campaign AND c.version = e.version
WHERE e.campaign = :'campaign'
ORDER BY array_position(ARRAY['production', 'sandbox', 'validation', 'fallback'], e.use), e.starts, e.name
