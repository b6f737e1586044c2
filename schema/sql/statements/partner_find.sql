SELECT id FROM rootshift.partner WHERE id = :'partner'
