-- H9: who a provider of OpenID Connect says somebody is, and whose account that is here.
create table identities (
  issuer text not null,
  subject text not null,
  user_id uuid not null references users (id) on delete cascade,
  created_at timestamptz not null,
  primary key (issuer, subject)
);
create index identities_user on identities (user_id);
-- Sign-ins by the provider that were begun and have not come back: good once, by the hash of the browser's secret.
create table provider_sign_ins (
  secret_hash bytea primary key,
  expires_at timestamptz not null
);
create index provider_sign_ins_expiry on provider_sign_ins (expires_at);
-- Who comes in by the provider has no password, and perhaps no address that is proven.
alter table users drop constraint users_check;
alter table users add constraint users_check
  check (password_hash is null or email is not null or deleted_at is not null);
