-- Search of customers. Trigram operators are not leakproof, so under row security their index is never used: the search
-- is a function of aurora_search, which sees all rows, takes the tenant from the setting and returns ids only.
create index customers_search_idx on customers using gin
  (tenant_id, (lower(name || chr(10) || coalesce(email, '') || chr(10) || coalesce(phone, ''))) gin_trgm_ops);
--> statement-breakpoint
create function search_customer_ids(pattern text, before_id uuid, most integer) returns setof uuid
language sql stable security definer set search_path = public as $$
  select id from customers
  where tenant_id = nullif(current_setting('app.tenant', true), '')::uuid
    and lower(name || chr(10) || coalesce(email, '') || chr(10) || coalesce(phone, '')) like pattern
    and archived_at is null and (before_id is null or id < before_id)
  order by id desc limit most
$$;
--> statement-breakpoint
revoke all on function search_customer_ids(text, uuid, integer) from public;
--> statement-breakpoint
grant execute on function search_customer_ids(text, uuid, integer) to aurora_app;
--> statement-breakpoint
grant create on schema public to aurora_search;
--> statement-breakpoint
alter function search_customer_ids(text, uuid, integer) owner to aurora_search;
--> statement-breakpoint
revoke create on schema public from aurora_search;
