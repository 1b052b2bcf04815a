-- Usage records: one row a metered provider call, priced when written, never changed. Partitioned by month of
-- occurred_at; partitions are made by ensure_usage_partition() as months are needed, the rest goes to the default.
create table usage_breakdown (
  tenant_id uuid not null,
  id uuid not null,
  occurred_at timestamptz not null,
  ingest_seq bigint not null,
  usage_day date not null,
  billing_month date not null,
  closing smallint not null default 0,
  own_key boolean not null default false,
  unpriced boolean not null default false,
  key_hash uuid not null,
  conversation_id uuid,
  message_id uuid,
  execution_id uuid,
  ai_provider_id uuid,
  pricing_rule_id uuid,
  provider_price_id uuid,
  status text not null,
  service_type text not null,
  provider text not null,
  model text not null,
  input_quantity numeric not null,
  cached_quantity numeric,
  output_quantity numeric,
  provider_cost numeric(24, 12) not null,
  client_price numeric(24, 12) not null,
  -- Null: nothing is covered by the plan, so the whole client_price is billable.
  covered_quantity numeric,
  billable_price numeric(24, 12),
  -- [[part, quantity, cost, price], …]; sums to provider_cost and client_price.
  parts jsonb not null,
  primary key (tenant_id, id, occurred_at)
) partition by range (occurred_at);
--> statement-breakpoint
create table usage_breakdown_default partition of usage_breakdown default;
--> statement-breakpoint
create index usage_breakdown_time_idx on usage_breakdown (tenant_id, occurred_at);
--> statement-breakpoint
create index usage_breakdown_conversation_idx on usage_breakdown (tenant_id, conversation_id) where conversation_id is not null;
--> statement-breakpoint
create function ensure_usage_partition(month date) returns boolean
language plpgsql security definer set search_path = public as $$
declare
  first_day date := date_trunc('month', month)::date;
  next_day date := (date_trunc('month', month) + interval '1 month')::date;
  name text := format('usage_breakdown_%s', to_char(month, 'YYYYMM'));
begin
  if to_regclass(name) is not null then return false; end if;
  if first_day < date '2020-01-01' or first_day > date '2100-01-01' then return false; end if;
  perform pg_advisory_xact_lock(7205317);
  if to_regclass(name) is not null then return false; end if;
  -- Rows of this month that came before it had a partition stay in the default one.
  if exists (
    select from only usage_breakdown_default
    where occurred_at >= first_day::timestamp at time zone 'UTC' and occurred_at < next_day::timestamp at time zone 'UTC'
  ) then return false; end if;
  execute format(
    'create table %I partition of usage_breakdown for values from (%L) to (%L)',
    name, first_day::timestamp at time zone 'UTC', next_day::timestamp at time zone 'UTC'
  );
  execute format('alter table %I enable row level security', name);
  execute format('alter table %I force row level security', name);
  execute format('create policy aurora_owner_all on %I to aurora_owner using (true) with check (true)', name);
  execute format('create policy aurora_system_all on %I to aurora_system using (true) with check (true)', name);
  execute format(
    'create policy aurora_tenant on %I to aurora_app'
    ' using (tenant_id = nullif(current_setting(''app.tenant'', true), '''')::uuid)'
    ' with check (tenant_id = nullif(current_setting(''app.tenant'', true), '''')::uuid)', name);
  execute format('grant select, insert, update, delete on %I to aurora_system', name);
  return true;
end $$;
--> statement-breakpoint
revoke all on function ensure_usage_partition(date) from public;
--> statement-breakpoint
grant execute on function ensure_usage_partition(date) to aurora_app, aurora_system;
--> statement-breakpoint
insert into pricing_state (id, version) values (1, 1);
--> statement-breakpoint
grant select on pricing_state to aurora_app;
--> statement-breakpoint
-- Hot rows: room for updates on the same page, and vacuum soon.
alter table billing_ledgers set (fillfactor = 20, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 500);
--> statement-breakpoint
alter table usage_quotas set (fillfactor = 20, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 500);
--> statement-breakpoint
alter table cost_alerts set (fillfactor = 20, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 500);
--> statement-breakpoint
alter table usage_daily set (fillfactor = 40, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500);
--> statement-breakpoint
alter table usage_hourly set (fillfactor = 40, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500);
--> statement-breakpoint
alter table usage_reservations set (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 2000);
--> statement-breakpoint
alter table usage_quotas add constraint usage_quotas_words check (
  measure in ('money', 'quantity') and period in ('daily', 'weekly', 'monthly')
  and on_exceed in ('pause', 'notify', 'throttle', 'fallback_model') and counts in ('recorded', 'billable')
  and used >= 0 and reserved >= 0 and limit_amount >= 0
);
--> statement-breakpoint
alter table pricing_rules add constraint pricing_rules_kind check (
  (markup_percent is null) <> (fixed_price is null) and scope in ('platform', 'plan', 'tenant')
  and (scope = 'tenant') = (tenant_ref is not null) and (scope = 'plan') = (plan_id is not null)
  and (valid_to is null or valid_from is null or valid_to > valid_from)
);
--> statement-breakpoint
alter table provider_prices add constraint provider_prices_dates check (valid_to is null or valid_to > valid_from);
--> statement-breakpoint
alter table invoices add constraint invoices_words check (
  status in ('draft', 'open', 'paid', 'void', 'uncollectible') and (status = 'draft' or number is not null)
);
