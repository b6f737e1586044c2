UPDATE rootshift.scan SET published_at = now() WHERE id = :'scan'
