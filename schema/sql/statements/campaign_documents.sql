SELECT name, version, document FROM rootshift.campaign_current ORDER BY name
