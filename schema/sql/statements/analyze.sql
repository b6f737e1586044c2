-- The planner's statistics of all our tables. The small ones matter as much as the large: nobody else
-- makes theirs, since autovacuum waits for fifty changed rows.
ANALYZE rootshift.partner, rootshift.campaign, rootshift.phase, rootshift.endpoint, rootshift.waiver,
        rootshift.evidence_class, rootshift.judged_by, rootshift.enrolment, rootshift.trust_set, rootshift.trust_entry,
        rootshift.manifest, rootshift.trust_use, rootshift.host, rootshift.host_client, rootshift.host_claim,
        rootshift.host_store, rootshift.host_binding, rootshift.host_finding, rootshift.host_change, rootshift.verdict,
        rootshift.scan, rootshift.scan_target, rootshift.scan_result, rootshift.served_chain, rootshift.served_as,
        rootshift.address_chain
