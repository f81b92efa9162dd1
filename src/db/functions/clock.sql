-- The clock by which everything here is stamped and judged, by these functions and by the programs' own statements.

-- Tests put another function in its place, in databases of their own, and so let a grace period pass
-- (test/support/clock.ts). No setting and no row changes what time it is.
create or replace function pa_now() returns timestamptz
language sql volatile parallel safe as $$
  select clock_timestamp();
$$;

-- When the statement began, by the same clock: before it looked at anything. It is one time for the whole statement, so
-- that an index can be searched by it, and the planner knows how much lies behind it.
create or replace function pa_statement_now() returns timestamptz
language sql stable parallel safe as $$
  select pa_now() - (clock_timestamp() - statement_timestamp());
$$;
