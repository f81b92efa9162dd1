-- What a document was made of: {"key": hash of text, style, fonts and program, "files": {path: hash}} (O1). An order of the
-- same is given the same document again.
alter table exports add column made_from jsonb;
