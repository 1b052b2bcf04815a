-- Roles of the house. None is superuser, none bypasses row security; the sign-in role reaches them by SET ROLE only.
do $$
declare
  role_name text;
  sign_in text := coalesce(nullif(current_setting('aurora.sign_in', true), ''), current_user);
begin
  foreach role_name in array array['aurora_owner', 'aurora_app', 'aurora_system', 'aurora_search'] loop
    if not exists (select from pg_roles where rolname = role_name) then
      execute format('create role %I nologin nosuperuser nobypassrls', role_name);
    end if;
    execute format('grant %I to %I', role_name, sign_in);
  end loop;
  execute format('grant create, connect on database %I to aurora_owner', current_database());
  execute 'grant create, usage on schema public to aurora_owner with grant option';
  execute 'grant aurora_search to aurora_owner';
  execute 'grant usage on schema public to aurora_app, aurora_system, aurora_search';
end $$;
-- Words and parts of words are searched through trigrams; btree_gin lets such an index begin with the tenant.
create extension if not exists pg_trgm with schema public;
create extension if not exists btree_gin with schema public;
