-- A Work that was archived.
update works set archived_at = updated_at + interval '30 days' where title = 'A copy';
