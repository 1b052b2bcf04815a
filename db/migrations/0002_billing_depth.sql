CREATE TABLE "pricing_history" (
	"id" uuid PRIMARY KEY NOT NULL,
	"subject_type" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"action" text NOT NULL,
	"scope" text NOT NULL,
	"tenant_ref" uuid,
	"plan_id" uuid,
	"service_type" text,
	"provider" text,
	"model" text,
	"effective_from" timestamp with time zone NOT NULL,
	"terms" jsonb NOT NULL,
	"reason" text,
	"changed_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pricing_notices" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"history_id" uuid NOT NULL,
	"notified_at" timestamp with time zone NOT NULL,
	"mail_id" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "pricing_notices_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "usage_quotas" ADD COLUMN "refused_amount" numeric(38, 12);--> statement-breakpoint
ALTER TABLE "pricing_notices" ADD CONSTRAINT "pricing_notices_history_id_pricing_history_id_fk" FOREIGN KEY ("history_id") REFERENCES "public"."pricing_history"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "pricing_history_time_idx" ON "pricing_history" USING btree ("effective_from","id");--> statement-breakpoint
CREATE UNIQUE INDEX "pricing_notices_history_key" ON "pricing_notices" USING btree ("tenant_id","history_id");
--> statement-breakpoint
ALTER TABLE "invoice_lines" ADD COLUMN "subscription_id" uuid;--> statement-breakpoint
ALTER TABLE "invoice_lines" ADD COLUMN "fee_period" date;--> statement-breakpoint
ALTER TABLE "invoice_lines" ADD COLUMN "service_from" date;--> statement-breakpoint
ALTER TABLE "invoice_lines" ADD COLUMN "service_to" date;--> statement-breakpoint
ALTER TABLE "plans" ADD COLUMN "interval_count" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "plans" ADD COLUMN "overage" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "plans" ADD COLUMN "minimum_commitment" numeric(24, 12) DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "tenant_subscriptions" ADD COLUMN "interval_count" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "tenant_subscriptions" ADD COLUMN "price" numeric(24, 12);--> statement-breakpoint
ALTER TABLE "tenant_subscriptions" ADD COLUMN "anchor_day" date;--> statement-breakpoint
ALTER TABLE "tenant_subscriptions" ADD COLUMN "pending_plan_id" uuid;--> statement-breakpoint
ALTER TABLE "tenant_subscriptions" ADD COLUMN "pending_interval" text;--> statement-breakpoint
ALTER TABLE "tenant_subscriptions" ADD COLUMN "cancelled_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "tenant_subscriptions" ADD COLUMN "end_reason" text;--> statement-breakpoint
ALTER TABLE "usage_allowances" ADD COLUMN "beyond" numeric DEFAULT '0' NOT NULL;--> statement-breakpoint
-- Subscriptions that run already keep their plan's price of today and count their periods from the day they began.
UPDATE "tenant_subscriptions" s SET
  "price" = CASE s."interval" WHEN 'year' THEN coalesce(p."yearly_price", p."monthly_price" * 12) ELSE p."monthly_price" END,
  "anchor_day" = (coalesce(s."trial_ends_at", s."started_at") AT TIME ZONE t."timezone")::date
  FROM "plans" p, "tenants" t WHERE p."id" = s."plan_id" AND t."id" = s."tenant_id";--> statement-breakpoint
ALTER TABLE "tenant_subscriptions" ALTER COLUMN "price" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "tenant_subscriptions" ALTER COLUMN "anchor_day" SET NOT NULL;
