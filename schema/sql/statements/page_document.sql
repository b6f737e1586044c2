SELECT name, document FROM rootshift.campaign_current WHERE name = :'campaign'
