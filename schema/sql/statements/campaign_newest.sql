SELECT version, digest FROM rootshift.campaign_current WHERE name = :'campaign'
