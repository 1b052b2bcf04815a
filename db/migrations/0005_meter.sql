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
CREATE UNIQUE INDEX "plan_counters_month_key" ON "plan_counters" USING btree ("tenant_id","month","kind");--> statement-breakpoint
CREATE UNIQUE INDEX "usage_quotas_kind_key" ON "usage_quotas" USING btree ("tenant_id","kind") WHERE kind <> 'quota';