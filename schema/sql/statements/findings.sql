-- What a person should know of a campaign's hosts beside their verdicts.
SELECT partner, host, code, subject, text, source
FROM rootshift.finding
WHERE campaign IS NULL OR campaign = :'campaign'
ORDER BY partner COLLATE "C", host, code, subject, text
