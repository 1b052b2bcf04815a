-- Runs after every migration, as aurora_owner: grants, and forced row security on each table that has a tenant_id.
-- A new table can therefore not forget its policies; db/row-security.test.ts reads the catalogue and fails on a gap.
do $$
declare
  t record;
  scoped boolean;
begin
  for t in
    select c.oid, c.relname, c.relkind, c.relispartition from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'p')
  loop
    scoped := exists (
      select from pg_attribute a where a.attrelid = t.oid and a.attname = 'tenant_id' and a.attnotnull and not a.attisdropped
    );
    execute format('grant select, insert, update, delete on public.%I to aurora_system', t.relname);
    if scoped or t.relname = 'tenants' then
      execute format('alter table public.%I enable row level security', t.relname);
      execute format('alter table public.%I force row level security', t.relname);
      execute format('drop policy if exists aurora_owner_all on public.%I', t.relname);
      execute format('create policy aurora_owner_all on public.%I to aurora_owner using (true) with check (true)', t.relname);
      execute format('drop policy if exists aurora_system_all on public.%I', t.relname);
      execute format('create policy aurora_system_all on public.%I to aurora_system using (true) with check (true)', t.relname);
      execute format('drop policy if exists aurora_tenant on public.%I', t.relname);
      execute format(
        'create policy aurora_tenant on public.%1$I to aurora_app'
        ' using (%2$I = nullif(current_setting(''app.tenant'', true), '''')::uuid)'
        ' with check (%2$I = nullif(current_setting(''app.tenant'', true), '''')::uuid)',
        t.relname, case when scoped then 'tenant_id' else 'id' end
      );
      if t.relname = 'tenants' then
        execute 'grant select, update on public.tenants to aurora_app';
      elsif t.relname = 'audit_log' then
        execute 'grant select, insert on public.audit_log to aurora_app';
        execute 'revoke update, delete on public.audit_log from aurora_system';
      else
        execute format('grant select, insert, update, delete on public.%I to aurora_app', t.relname);
      end if;
    end if;
  end loop;
  execute 'grant usage, select on all sequences in schema public to aurora_app, aurora_system';
end $$;
-- Shared tables that a tenant's transaction may touch, each for one reason.
do $$
declare shared record;
begin
  for shared in select * from (values
    ('plans', 'select'), ('provider_prices', 'select'), ('pricing_rules', 'select'), ('pricing_history', 'select'), ('exchange_rates', 'select'),
    ('payment_gateways', 'select (id, provider, name, region, active)'),
    ('outbox', 'insert'), ('timers', 'select, insert, update')
  ) as listed(name, rights) loop
    if to_regclass('public.' || shared.name) is not null then
      execute format('grant %s on public.%I to aurora_app', shared.rights, shared.name);
    end if;
  end loop;
end $$;
-- The executor's own tables hold no tenant's rows of their own kind and are written without a transaction's role.
do $$
declare
  queue record;
  sign_in text := coalesce(nullif(current_setting('aurora.sign_in', true), ''), session_user);
begin
  for queue in select tablename from pg_tables where schemaname = 'public' and tablename like 'durable\_%' loop
    execute format('grant select, insert, update, delete on public.%I to %I', queue.tablename, sign_in);
  end loop;
end $$;
-- Searched tables: the search role sees all rows, so that trigram indexes can be used; nothing signs in as it, and its
-- functions filter by the tenant in the setting.
do $$
declare searched text;
begin
  foreach searched in array array['customers'] loop
    execute format('drop policy if exists aurora_search_all on public.%I', searched);
    execute format('create policy aurora_search_all on public.%I for select to aurora_search using (true)', searched);
    execute format('grant select on public.%I to aurora_search', searched);
  end loop;
end $$;
