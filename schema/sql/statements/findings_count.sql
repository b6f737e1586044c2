-- How many hosts the centre itself has something to say about.
SELECT count(DISTINCT enrolment) AS hosts FROM rootshift.finding
WHERE (campaign IS NULL OR campaign = :'campaign') AND source = 'centre'
