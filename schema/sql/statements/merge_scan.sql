-- What scanners say, from `staged`, beside merge.sql and by its rules. A result that comes again, because its worker
-- was killed or somebody else did its work once more, changes nothing.

INSERT INTO rootshift.certificate (sha256, der)
SELECT DISTINCT ON (1) sha256(bytes), bytes FROM staged WHERE kind = 'certificate'
ORDER BY 1
ON CONFLICT DO NOTHING;

INSERT INTO rootshift.served_chain (id, certificates)
SELECT DISTINCT ON (1) decode(content->>'chain_id', 'hex'),
       ARRAY(SELECT decode(c.print, 'hex') FROM jsonb_array_elements_text(content->'chain') WITH ORDINALITY AS c (print, place) ORDER BY place)
FROM staged WHERE kind = 'result' AND content->>'chain_id' IS NOT NULL
ORDER BY 1
ON CONFLICT DO NOTHING;

INSERT INTO rootshift.scan_result (scan, seq, address, hello, name, port, stage, class, detail, alert, tls, cipher, key_group,
                                   via, chain, started_at, elapsed_ms)
SELECT DISTINCT ON (r.scan, r.seq, address, r.hello) r.scan, r.seq, coalesce(r.address, '') AS address, r.hello,
       coalesce(r.name, ''), coalesce(r.port, 0), r.stage, r.class, coalesce(r.detail, ''), r.alert, r.tls, r.cipher,
       r.key_group, r.via, decode(r.chain_id, 'hex'), s.observed_at, r.elapsed_ms
FROM staged s,
     jsonb_to_record(s.content) AS r (scan text, seq bigint, address text, hello text, name text, port integer, stage text, class text,
                                      detail text, alert integer, tls text, cipher text, key_group text, via text, chain_id text,
                                      elapsed_ms bigint)
WHERE s.kind = 'result'
ORDER BY r.scan, r.seq, address, r.hello, s.ordinal
ON CONFLICT DO NOTHING;

INSERT INTO rootshift.address_chain AS a (name, address, port, hello, chain, first_seen, last_seen)
SELECT coalesce(r.name, ''), r.address, r.port, r.hello, decode(r.chain_id, 'hex'), min(s.observed_at), max(s.observed_at)
FROM staged s,
     jsonb_to_record(s.content) AS r (scan text, address text, hello text, name text, port integer, chain_id text)
WHERE s.kind = 'result' AND r.chain_id IS NOT NULL AND r.address IS NOT NULL AND r.port IS NOT NULL
  AND EXISTS (SELECT FROM rootshift.scan k WHERE k.id = r.scan)
GROUP BY 1, 2, 3, 4, 5
ORDER BY 1, 2, 3, 4, 5
ON CONFLICT (name, address, port, hello, chain) DO UPDATE SET
    first_seen = least(a.first_seen, excluded.first_seen), last_seen = greatest(a.last_seen, excluded.last_seen)
WHERE a.first_seen > excluded.first_seen OR a.last_seen < excluded.last_seen;
