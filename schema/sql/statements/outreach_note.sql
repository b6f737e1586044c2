-- One export: what each partner was told, nothing included, so that what fails again is new again.
INSERT INTO rootshift.outreach_export (campaign, partner, exported_at, items)
SELECT :'campaign', p.id, clock_timestamp(),
       ARRAY(SELECT jsonb_array_elements_text(coalesce(:'items'::jsonb -> p.id, '[]')))
FROM rootshift.partner p
WHERE :'partner' = '' OR p.id = :'partner'
