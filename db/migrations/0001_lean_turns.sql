CREATE TABLE "reconciliations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"started_by" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"finished_at" timestamp with time zone NOT NULL,
	"tenants" integer NOT NULL,
	"differences" integer NOT NULL,
	"sums" jsonb NOT NULL,
	"differing" jsonb NOT NULL
);
--> statement-breakpoint
ALTER TABLE "flow_execution_steps" RENAME COLUMN "variables_after" TO "variables_set";--> statement-breakpoint
ALTER TABLE "flow_execution_steps" DROP CONSTRAINT "flow_execution_steps_tenant_id_execution_id_flow_executions_tenant_id_id_fk";
--> statement-breakpoint
ALTER TABLE "channel_messages" DROP CONSTRAINT "channel_messages_tenant_id_message_id_messages_tenant_id_id_fk";
--> statement-breakpoint
ALTER TABLE "delivery_attempts" DROP CONSTRAINT "delivery_attempts_tenant_id_channel_message_id_channel_messages_tenant_id_id_fk";
--> statement-breakpoint
DROP INDEX "conversations_lease_idx";--> statement-breakpoint
ALTER TABLE "channels" ADD COLUMN "status_changed_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "channels" ADD COLUMN "last_error" text;--> statement-breakpoint
ALTER TABLE "channels" ADD COLUMN "last_error_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "snoozed_until" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "reconciliations_time_idx" ON "reconciliations" USING btree ("started_at");--> statement-breakpoint
CREATE INDEX "usage_daily_day_idx" ON "usage_daily" USING btree ("day");--> statement-breakpoint
CREATE INDEX "flow_executions_running_idx" ON "flow_executions" USING btree ("tenant_id","id") WHERE status = 'running';--> statement-breakpoint
ALTER TABLE "channels" DROP COLUMN "health";
--> statement-breakpoint
-- Lines taken that were appended and not folded yet, in the form that the folder knows now.
UPDATE "counter_deltas" SET "subject_type" = 'flow_path', "counter" = json_build_array(
  split_part("counter", ':', 1)::int, substr("counter", strpos("counter", ':') + 1))::text
WHERE "subject_type" = 'flow_edge';
