-- Schemas and roles of Toolplane, for a Postgres that is not started by `npm start`. Safe to run again; sets the passwords given.
-- Generated from libs/persistence/src/local/provision-statements.ts: change that, not this file.
-- Run it as a role that may create roles, in the database of Toolplane, with a password for every role:
--   psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f deploy/postgres/provision.sql \
--   -v registry_owner_password=… \
--   -v registry_api_password=… \
--   -v registry_worker_password=… \
--   -v validation_owner_password=… \
--   -v validation_api_password=… \
--   -v validation_worker_password=… \
--   -v execution_owner_password=… \
--   -v execution_api_password=… \
--   -v execution_worker_password=… \
--   -v audit_owner_password=… \
--   -v audit_api_password=… \
--   -v audit_worker_password=… \
--   -v playbook_owner_password=… \
--   -v playbook_api_password=… \
--   -v playbook_worker_password=… \
--   -v event_log_password=…

begin;
select 'create role registry_owner' where not exists (select from pg_roles where rolname = 'registry_owner') \gexec
alter role registry_owner login password :'registry_owner_password';
select 'create role registry_api' where not exists (select from pg_roles where rolname = 'registry_api') \gexec
alter role registry_api login password :'registry_api_password';
select 'create role registry_worker' where not exists (select from pg_roles where rolname = 'registry_worker') \gexec
alter role registry_worker login password :'registry_worker_password';
select 'create role validation_owner' where not exists (select from pg_roles where rolname = 'validation_owner') \gexec
alter role validation_owner login password :'validation_owner_password';
select 'create role validation_api' where not exists (select from pg_roles where rolname = 'validation_api') \gexec
alter role validation_api login password :'validation_api_password';
select 'create role validation_worker' where not exists (select from pg_roles where rolname = 'validation_worker') \gexec
alter role validation_worker login password :'validation_worker_password';
select 'create role execution_owner' where not exists (select from pg_roles where rolname = 'execution_owner') \gexec
alter role execution_owner login password :'execution_owner_password';
select 'create role execution_api' where not exists (select from pg_roles where rolname = 'execution_api') \gexec
alter role execution_api login password :'execution_api_password';
select 'create role execution_worker' where not exists (select from pg_roles where rolname = 'execution_worker') \gexec
alter role execution_worker login password :'execution_worker_password';
select 'create role audit_owner' where not exists (select from pg_roles where rolname = 'audit_owner') \gexec
alter role audit_owner login password :'audit_owner_password';
select 'create role audit_api' where not exists (select from pg_roles where rolname = 'audit_api') \gexec
alter role audit_api login password :'audit_api_password';
select 'create role audit_worker' where not exists (select from pg_roles where rolname = 'audit_worker') \gexec
alter role audit_worker login password :'audit_worker_password';
select 'create role playbook_owner' where not exists (select from pg_roles where rolname = 'playbook_owner') \gexec
alter role playbook_owner login password :'playbook_owner_password';
select 'create role playbook_api' where not exists (select from pg_roles where rolname = 'playbook_api') \gexec
alter role playbook_api login password :'playbook_api_password';
select 'create role playbook_worker' where not exists (select from pg_roles where rolname = 'playbook_worker') \gexec
alter role playbook_worker login password :'playbook_worker_password';
select 'create role event_log' where not exists (select from pg_roles where rolname = 'event_log') \gexec
alter role event_log login password :'event_log_password';
grant registry_owner to current_user;
select 'create schema registry authorization registry_owner' where not exists (select from pg_namespace where nspname = 'registry') \gexec
grant usage on schema registry to registry_api, registry_worker;
grant validation_owner to current_user;
select 'create schema validation authorization validation_owner' where not exists (select from pg_namespace where nspname = 'validation') \gexec
grant usage on schema validation to validation_api, validation_worker;
grant execution_owner to current_user;
select 'create schema execution authorization execution_owner' where not exists (select from pg_namespace where nspname = 'execution') \gexec
grant usage on schema execution to execution_api, execution_worker;
grant audit_owner to current_user;
select 'create schema audit authorization audit_owner' where not exists (select from pg_namespace where nspname = 'audit') \gexec
grant usage on schema audit to audit_api, audit_worker;
grant playbook_owner to current_user;
select 'create schema playbook authorization playbook_owner' where not exists (select from pg_namespace where nspname = 'playbook') \gexec
grant usage on schema playbook to playbook_api, playbook_worker;
grant event_log to current_user;
select 'create schema event_log authorization event_log' where not exists (select from pg_namespace where nspname = 'event_log') \gexec
commit;
