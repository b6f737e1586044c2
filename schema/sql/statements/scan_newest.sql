-- The scan of a campaign that was started last: how much of its work has an answer.
SELECT s.id, rootshift.local_text(s.started_at, c.zone) AS started_at, rootshift.iso_text(s.started_at) AS started_at_iso,
       s.published_at IS NOT NULL AS published, a.targets, a.answered
FROM rootshift.scan s
JOIN rootshift.campaign_current c ON c.name = s.campaign
CROSS JOIN LATERAL (SELECT count(*) AS targets, count(*) FILTER (WHERE a.answered) AS answered
                    FROM rootshift.scan_answer a WHERE a.scan = s.id) a
WHERE s.campaign = :'campaign' AND s.started_at <= rootshift.as_of()
ORDER BY s.started_at DESC, s.id
LIMIT 1
