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
ALTER TABLE "pricing_rules" ADD COLUMN "trial" jsonb;--> statement-breakpoint
ALTER TABLE "price_proposals" ADD CONSTRAINT "price_proposals_import_id_price_imports_id_fk" FOREIGN KEY ("import_id") REFERENCES "public"."price_imports"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "exchange_rates_month_key" ON "exchange_rates" USING btree ("base","quote","month");--> statement-breakpoint
CREATE UNIQUE INDEX "price_proposals_open_key" ON "price_proposals" USING btree ("source","provider","model","service_type") WHERE status = 'open';--> statement-breakpoint
CREATE INDEX "price_proposals_status_idx" ON "price_proposals" USING btree ("status","provider","model","id");--> statement-breakpoint
CREATE INDEX "price_proposals_import_idx" ON "price_proposals" USING btree ("import_id");--> statement-breakpoint
CREATE UNIQUE INDEX "pricing_rules_start_key" ON "pricing_rules" USING btree ("scope",coalesce(tenant_ref, plan_id, '00000000-0000-0000-0000-000000000000'),coalesce(service_type, ''),coalesce(provider, ''),coalesce(model, ''),coalesce(valid_from, '-infinity'::timestamptz),coalesce(trial ->> 'side', ''));