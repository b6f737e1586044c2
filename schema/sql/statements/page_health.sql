SELECT gaps_open, dead_letters, quarantined, lag_age_s::bigint AS lag_age_s, partitions, records
FROM rootshift.pipeline_health
