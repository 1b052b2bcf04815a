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