-- T12: a document of a paper may end with the sources of its numbers, where that was ordered.
alter table exports add column sources boolean not null default false;
