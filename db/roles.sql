-- Roles of the house. None is superuser, none bypasses row security; the sign-in role reaches them by SET ROLE only.
do $$
declare role_name text;
begin
  foreach role_name in array array['aurora_owner', 'aurora_app', 'aurora_system', 'aurora_search'] loop
    if not exists (select from pg_roles where rolname = role_name) then
      execute format('create role %I nologin nosuperuser nobypassrls', role_name);
    end if;
    if not pg_has_role(current_user, role_name, 'MEMBER') or not (select rolsuper from pg_roles where rolname = current_user) then
      execute format('grant %I to current_user', role_name);
    end if;
  end loop;
  execute format('grant create, connect on database %I to aurora_owner', current_database());
  execute 'grant create, usage on schema public to aurora_owner';
  execute 'grant usage on schema public to aurora_app, aurora_system, aurora_search';
end $$;
