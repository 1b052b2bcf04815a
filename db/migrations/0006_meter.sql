CREATE TABLE "plan_counters" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"month" date NOT NULL,
	"kind" text NOT NULL,
	"used" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "plan_counters_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "usage_quotas" ADD COLUMN "kind" text DEFAULT 'quota' NOT NULL;--> statement-breakpoint
ALTER TABLE "usage_quotas" ADD COLUMN "extra_amount" numeric(38, 12) DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "usage_quotas" ADD COLUMN "extra_for" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "payments" ADD COLUMN "quota_id" uuid;--> statement-breakpoint
CREATE UNIQUE INDEX "plan_counters_month_key" ON "plan_counters" USING btree ("tenant_id","month","kind");--> statement-breakpoint
CREATE UNIQUE INDEX "usage_quotas_kind_key" ON "usage_quotas" USING btree ("tenant_id","kind") WHERE kind <> 'quota';--> statement-breakpoint
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
