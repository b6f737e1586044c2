FETCH 500 FROM partners
