SELECT DISTINCT cohort FROM rootshift.partner WHERE cohort <> '' ORDER BY cohort
