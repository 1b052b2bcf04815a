CREATE TABLE "invoice_run_results" (
	"run_id" uuid NOT NULL,
	"tenant_ref" uuid NOT NULL,
	"outcome" text,
	"invoice_id" uuid,
	"number" text,
	"message" text,
	"settled_at" timestamp with time zone,
	CONSTRAINT "invoice_run_results_run_id_tenant_ref_pk" PRIMARY KEY("run_id","tenant_ref")
);
--> statement-breakpoint
CREATE TABLE "invoice_runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"month" date NOT NULL,
	"status" text DEFAULT 'running' NOT NULL,
	"started_by" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "plan_counters" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"month" date NOT NULL,
	"kind" text NOT NULL,
	"used" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "plan_counters_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "exchange_rates" (
	"id" uuid PRIMARY KEY NOT NULL,
	"base" text NOT NULL,
	"quote" text NOT NULL,
	"month" date NOT NULL,
	"rate" numeric(24, 12) NOT NULL,
	"reason" text,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "price_imports" (
	"id" uuid PRIMARY KEY NOT NULL,
	"source" text NOT NULL,
	"offered" integer NOT NULL,
	"unchanged" integer NOT NULL,
	"refused" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "price_proposals" (
	"id" uuid PRIMARY KEY NOT NULL,
	"import_id" uuid NOT NULL,
	"source" text NOT NULL,
	"provider" text NOT NULL,
	"model" text NOT NULL,
	"service_type" text NOT NULL,
	"price" jsonb NOT NULL,
	"current_price_id" uuid,
	"verdict" text NOT NULL,
	"factor" numeric,
	"disputed" boolean DEFAULT false NOT NULL,
	"status" text DEFAULT 'open' NOT NULL,
	"price_id" uuid,
	"decided_by" text,
	"decided_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
DROP INDEX "pricing_rules_start_key";--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "exchange_rates" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "drafted_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "computed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "finalizes_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "usage_quotas" ADD COLUMN "kind" text DEFAULT 'quota' NOT NULL;--> statement-breakpoint
ALTER TABLE "usage_quotas" ADD COLUMN "extra_amount" numeric(38, 12) DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "usage_quotas" ADD COLUMN "extra_for" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "payments" ADD COLUMN "quota_id" uuid;--> statement-breakpoint
ALTER TABLE "pricing_rules" ADD COLUMN "trial" jsonb;--> statement-breakpoint
ALTER TABLE "invoice_run_results" ADD CONSTRAINT "invoice_run_results_run_id_invoice_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."invoice_runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "price_proposals" ADD CONSTRAINT "price_proposals_import_id_price_imports_id_fk" FOREIGN KEY ("import_id") REFERENCES "public"."price_imports"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "invoice_runs_running_key" ON "invoice_runs" USING btree ("month") WHERE status = 'running';--> statement-breakpoint
CREATE INDEX "invoice_runs_time_idx" ON "invoice_runs" USING btree ("started_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "plan_counters_month_key" ON "plan_counters" USING btree ("tenant_id","month","kind");--> statement-breakpoint
CREATE UNIQUE INDEX "exchange_rates_month_key" ON "exchange_rates" USING btree ("base","quote","month");--> statement-breakpoint
CREATE UNIQUE INDEX "price_proposals_open_key" ON "price_proposals" USING btree ("source","provider","model","service_type") WHERE status = 'open';--> statement-breakpoint
CREATE INDEX "price_proposals_status_idx" ON "price_proposals" USING btree ("status","provider","model","id");--> statement-breakpoint
CREATE INDEX "price_proposals_import_idx" ON "price_proposals" USING btree ("import_id");--> statement-breakpoint
CREATE UNIQUE INDEX "usage_quotas_kind_key" ON "usage_quotas" USING btree ("tenant_id","kind") WHERE kind <> 'quota';--> statement-breakpoint
CREATE INDEX "usage_daily_late_idx" ON "usage_daily" USING btree ("day","tenant_id","service_type","provider","model","closing") WHERE closing > 0;--> statement-breakpoint
CREATE INDEX "mail_messages_tenant_idx" ON "mail_messages" USING btree ("tenant_ref","id");--> statement-breakpoint
CREATE UNIQUE INDEX "pricing_rules_start_key" ON "pricing_rules" USING btree ("scope",coalesce(tenant_ref, plan_id, '00000000-0000-0000-0000-000000000000'),coalesce(service_type, ''),coalesce(provider, ''),coalesce(model, ''),coalesce(valid_from, '-infinity'::timestamptz),coalesce(trial ->> 'side', ''));--> statement-breakpoint
-- By hand, because the partitioned table is not in the schema: what the plan's money credit took off a record's price.
ALTER TABLE "usage_breakdown" ADD COLUMN "credited_amount" numeric(24, 12);
--> statement-breakpoint
ALTER TABLE "usage_quotas" DROP CONSTRAINT "usage_quotas_words";
--> statement-breakpoint
ALTER TABLE "usage_quotas" ADD CONSTRAINT "usage_quotas_words" CHECK (
  kind in ('quota', 'ai_budget', 'plan_limit') and measure in ('money', 'quantity', 'requests') and (measure = 'requests') = (kind = 'plan_limit')
  and period in ('daily', 'weekly', 'monthly')
  and on_exceed in ('pause', 'notify', 'throttle', 'fallback_model') and counts in ('recorded', 'billable')
  and used >= 0 and reserved >= 0 and limit_amount >= 0 and extra_amount >= 0
);
