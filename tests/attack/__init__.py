"""Run folders, texts and tables from strangers: what they may not do to the machine that reads them."""
