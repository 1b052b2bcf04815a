CREATE TABLE "durable_crons" (
	"function_id" text NOT NULL,
	"schedule" text NOT NULL,
	"next_at" timestamp with time zone NOT NULL,
	CONSTRAINT "durable_crons_function_id_schedule_pk" PRIMARY KEY("function_id","schedule")
);
--> statement-breakpoint
CREATE TABLE "durable_events" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"payload" json NOT NULL,
	"received_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "durable_holds" (
	"function_id" text NOT NULL,
	"key" text NOT NULL,
	"events" json NOT NULL,
	"first_at" timestamp with time zone NOT NULL,
	"fire_at" timestamp with time zone NOT NULL,
	CONSTRAINT "durable_holds_function_id_key_pk" PRIMARY KEY("function_id","key")
);
--> statement-breakpoint
CREATE TABLE "durable_jobs" (
	"run_id" uuid NOT NULL,
	"step_id" text DEFAULT '' NOT NULL,
	"function_id" text NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"rank" timestamp with time zone NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"gates" text[],
	"lease_owner" integer,
	"lease_no" integer DEFAULT 0 NOT NULL,
	"lease_until" timestamp with time zone,
	"dirty" boolean DEFAULT false NOT NULL,
	"losses" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "durable_jobs_run_id_step_id_pk" PRIMARY KEY("run_id","step_id")
);
--> statement-breakpoint
CREATE TABLE "durable_keys" (
	"scope" text NOT NULL,
	"key" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "durable_keys_scope_key_pk" PRIMARY KEY("scope","key")
);
--> statement-breakpoint
CREATE TABLE "durable_rates" (
	"scope" text NOT NULL,
	"key" text NOT NULL,
	"arrival" timestamp with time zone NOT NULL,
	CONSTRAINT "durable_rates_scope_key_pk" PRIMARY KEY("scope","key")
);
--> statement-breakpoint
CREATE TABLE "durable_runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"function_id" text NOT NULL,
	"status" text DEFAULT 'queued' NOT NULL,
	"events" json NOT NULL,
	"output" json,
	"error" json,
	"parent_run_id" uuid,
	"parent_step_id" text,
	"singleton_key" text,
	"gates" text[],
	"ahead_ms" integer DEFAULT 0 NOT NULL,
	"start_by" timestamp with time zone,
	"finish_by" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"started_at" timestamp with time zone,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "durable_steps" (
	"run_id" uuid NOT NULL,
	"id" text NOT NULL,
	"position" bigint GENERATED ALWAYS AS IDENTITY (sequence name "durable_steps_position_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text,
	"kind" text NOT NULL,
	"value" json NOT NULL,
	"started_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "durable_steps_run_id_id_pk" PRIMARY KEY("run_id","id")
);
--> statement-breakpoint
CREATE TABLE "durable_waits" (
	"run_id" uuid NOT NULL,
	"step_id" text NOT NULL,
	"kind" text NOT NULL,
	"name" text,
	"expression" text,
	"match_value" text,
	"until" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "durable_waits_run_id_step_id_pk" PRIMARY KEY("run_id","step_id")
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid,
	"name" text NOT NULL,
	"payload" json NOT NULL,
	"dedupe_key" text,
	"state" text DEFAULT 'pending' NOT NULL,
	"claimed_by" integer,
	"claimed_until" timestamp with time zone,
	"number" bigint,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"published_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "outbox_counters" (
	"tenant_id" uuid PRIMARY KEY NOT NULL,
	"last" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "timers" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"subject_id" text NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"payload" json DEFAULT '{}'::json NOT NULL,
	"state" text DEFAULT 'scheduled' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"retry_at" timestamp with time zone,
	"last_error" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"settled_at" timestamp with time zone,
	CONSTRAINT "timers_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "cost_alerts" ALTER COLUMN "period" SET DEFAULT 'monthly';--> statement-breakpoint
CREATE INDEX "durable_events_name_idx" ON "durable_events" USING btree ("name","received_at");--> statement-breakpoint
CREATE INDEX "durable_events_received_idx" ON "durable_events" USING brin ("received_at");--> statement-breakpoint
CREATE INDEX "durable_holds_fire_idx" ON "durable_holds" USING btree ("fire_at");--> statement-breakpoint
CREATE INDEX "durable_jobs_rank_idx" ON "durable_jobs" USING btree ("rank");--> statement-breakpoint
CREATE INDEX "durable_jobs_gated_idx" ON "durable_jobs" USING btree ("rank") WHERE gates is not null;--> statement-breakpoint
CREATE INDEX "durable_jobs_lease_idx" ON "durable_jobs" USING btree ("lease_owner") WHERE lease_owner is not null;--> statement-breakpoint
CREATE INDEX "durable_keys_expires_idx" ON "durable_keys" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "durable_runs_singleton_key" ON "durable_runs" USING btree ("function_id","singleton_key") WHERE singleton_key is not null and status in ('queued', 'running');--> statement-breakpoint
CREATE INDEX "durable_runs_start_by_idx" ON "durable_runs" USING btree ("start_by") WHERE status = 'queued' and start_by is not null;--> statement-breakpoint
CREATE INDEX "durable_runs_finish_by_idx" ON "durable_runs" USING btree ("finish_by") WHERE status = 'running' and finish_by is not null;--> statement-breakpoint
CREATE INDEX "durable_runs_ended_idx" ON "durable_runs" USING brin ("ended_at");--> statement-breakpoint
CREATE INDEX "durable_waits_name_idx" ON "durable_waits" USING btree ("name","match_value") WHERE name is not null;--> statement-breakpoint
CREATE INDEX "durable_waits_until_idx" ON "durable_waits" USING btree ("until") WHERE until is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "durable_waits_signal_key" ON "durable_waits" USING btree ("name") WHERE kind = 'signal';--> statement-breakpoint
CREATE INDEX "outbox_unpublished_idx" ON "outbox" USING btree ("created_at") WHERE state <> 'published';--> statement-breakpoint
CREATE INDEX "outbox_tenant_number_idx" ON "outbox" USING btree ("tenant_id","number") WHERE number is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "outbox_dedupe_key" ON "outbox" USING btree ("dedupe_key") WHERE dedupe_key is not null;--> statement-breakpoint
CREATE INDEX "outbox_published_idx" ON "outbox" USING brin ("published_at");--> statement-breakpoint
CREATE INDEX "timers_due_idx" ON "timers" USING btree ("due_at") WHERE state = 'scheduled';--> statement-breakpoint
CREATE INDEX "timers_tenant_due_idx" ON "timers" USING btree ("tenant_id","due_at") WHERE state = 'scheduled';--> statement-breakpoint
CREATE INDEX "timers_subject_idx" ON "timers" USING btree ("tenant_id","kind","subject_id");