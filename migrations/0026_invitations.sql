-- Who may make an account where the operator invites people: each invitation is good for one, and for a while.
create table invitations (
  code_hash text primary key,
  expires_at timestamptz not null,
  created_at timestamptz not null default clock_timestamp()
);
