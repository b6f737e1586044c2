INSERT INTO rootshift.verdict (trust_set, model, campaign, version, phase, engine, catalogue, holds_from, holds_until,
                               verdict, reason, evidence, valid_until, chain, ended)
SELECT decode(:'trust_set', 'hex'), :'model', :'campaign', :'version'::integer, v.phase, :'engine'::integer,
       :'catalogue'::integer, coalesce(v.holds_from, '-infinity'), coalesce(v.holds_until, 'infinity'), v.verdict, v.reason,
       v.evidence, v.valid_until, v.chain, v.ended
FROM jsonb_to_recordset(:'steps'::jsonb) AS v
     (phase text, holds_from timestamptz, holds_until timestamptz, verdict text, reason text, evidence text,
      valid_until timestamptz, chain text, ended boolean)
ON CONFLICT DO NOTHING
