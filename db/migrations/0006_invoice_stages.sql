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
ALTER TABLE "invoices" ADD COLUMN "drafted_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "computed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "finalizes_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "invoice_run_results" ADD CONSTRAINT "invoice_run_results_run_id_invoice_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."invoice_runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "invoice_runs_running_key" ON "invoice_runs" USING btree ("month") WHERE status = 'running';--> statement-breakpoint
CREATE INDEX "invoice_runs_time_idx" ON "invoice_runs" USING btree ("started_at","id");--> statement-breakpoint
CREATE INDEX "usage_daily_late_idx" ON "usage_daily" USING btree ("day","tenant_id","service_type","provider","model","closing") WHERE closing > 0;--> statement-breakpoint
CREATE INDEX "mail_messages_tenant_idx" ON "mail_messages" USING btree ("tenant_ref","id");