-- What is being done for an export that is being made: a person sees that it goes on.
alter table exports add column step text;
