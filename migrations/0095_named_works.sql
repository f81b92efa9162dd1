-- V56: a Work that nobody named is called by its paper. Of those there are already nobody knows who named them.
alter table works add column named boolean not null default true;
alter table works alter column named set default false;
