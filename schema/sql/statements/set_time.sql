-- rootshift.as_of() until the end of this transaction; '' is now.
SELECT set_config('rootshift.time', :'time', true)
