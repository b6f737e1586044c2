-- One root of any campaign, by the SHA-256 of its DER.
SELECT pem FROM rootshift.campaign_root WHERE sha256 = decode(:'sha256', 'hex') LIMIT 1
