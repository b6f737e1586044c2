-- The newest engine that ever judged here is the one whose verdicts count.
INSERT INTO rootshift.judged_by AS j (engine, catalogue)
VALUES (:'engine'::integer, :'catalogue'::integer)
ON CONFLICT (only_row) DO UPDATE SET engine = excluded.engine, catalogue = excluded.catalogue
WHERE (excluded.engine, excluded.catalogue) > (j.engine, j.catalogue)
