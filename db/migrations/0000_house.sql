CREATE TABLE "ai_defaults" (
	"tenant_id" uuid NOT NULL,
	"task" text NOT NULL,
	"provider_id" uuid NOT NULL,
	"platform_provider" boolean NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "ai_defaults_tenant_id_task_pk" PRIMARY KEY("tenant_id","task")
);
--> statement-breakpoint
CREATE TABLE "ai_providers" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"type" text NOT NULL,
	"api_base_url" text,
	"api_key" text,
	"api_key_tail" text,
	"model" text NOT NULL,
	"is_default" boolean DEFAULT false NOT NULL,
	"priority" integer DEFAULT 0 NOT NULL,
	"active" boolean DEFAULT true NOT NULL,
	"settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"request_count" bigint DEFAULT 0 NOT NULL,
	"error_count" bigint DEFAULT 0 NOT NULL,
	"token_count" numeric(24, 3) DEFAULT '0' NOT NULL,
	"total_cost" numeric(24, 12) DEFAULT '0' NOT NULL,
	"last_test_at" timestamp with time zone,
	"last_test_result" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"archived_at" timestamp with time zone,
	CONSTRAINT "ai_providers_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "ai_responses" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"task" text NOT NULL,
	"conversation_id" uuid,
	"message_id" uuid,
	"flow_execution_id" uuid,
	"node_key" text,
	"attempt_key" text NOT NULL,
	"provider_id" uuid,
	"provider" text NOT NULL,
	"model" text NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"estimate" jsonb,
	"output" jsonb,
	"error" text,
	"input_tokens" integer,
	"output_tokens" integer,
	"confidence" numeric(6, 5),
	"usage_record_id" uuid,
	"started_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	"duration_ms" integer,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "ai_responses_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "intents" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"examples" text[] DEFAULT '{}' NOT NULL,
	"threshold" numeric(6, 5) DEFAULT '0.5' NOT NULL,
	"active" boolean DEFAULT true NOT NULL,
	"match_count" integer DEFAULT 0 NOT NULL,
	"confidence_sum" numeric(20, 5) DEFAULT '0' NOT NULL,
	"last_matched_at" timestamp with time zone,
	"archived_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "intents_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "platform_ai_providers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_ref" uuid,
	"name" text NOT NULL,
	"type" text NOT NULL,
	"api_base_url" text,
	"api_key" text,
	"api_key_tail" text,
	"model" text NOT NULL,
	"is_default" boolean DEFAULT false NOT NULL,
	"priority" integer DEFAULT 0 NOT NULL,
	"active" boolean DEFAULT true NOT NULL,
	"settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"request_count" bigint DEFAULT 0 NOT NULL,
	"error_count" bigint DEFAULT 0 NOT NULL,
	"token_count" numeric(24, 3) DEFAULT '0' NOT NULL,
	"total_cost" numeric(24, 12) DEFAULT '0' NOT NULL,
	"last_test_at" timestamp with time zone,
	"last_test_result" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"archived_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "invoice_lines" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"invoice_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"kind" text NOT NULL,
	"description" text NOT NULL,
	"service_type" text,
	"provider" text,
	"model" text,
	"usage_month" date,
	"closing" smallint,
	"seq_from" bigint,
	"seq_to" bigint,
	"requests" integer DEFAULT 0 NOT NULL,
	"quantity" numeric NOT NULL,
	"covered_quantity" numeric DEFAULT '0' NOT NULL,
	"amount" numeric(38, 12) DEFAULT '0' NOT NULL,
	"amount_exact" numeric(38, 12) DEFAULT '0' NOT NULL,
	"provider_cost" numeric(38, 12) DEFAULT '0' NOT NULL,
	"client_price" numeric(38, 12) DEFAULT '0' NOT NULL,
	"tax_rate_percent" numeric(7, 4) DEFAULT '0' NOT NULL,
	"voided" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "invoice_lines_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "invoice_numbers" (
	"tenant_id" uuid NOT NULL,
	"month" date NOT NULL,
	"last_number" integer NOT NULL,
	CONSTRAINT "invoice_numbers_tenant_id_month_pk" PRIMARY KEY("tenant_id","month")
);
--> statement-breakpoint
CREATE TABLE "invoices" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"number" text,
	"status" text DEFAULT 'draft' NOT NULL,
	"month" date NOT NULL,
	"timezone" text NOT NULL,
	"period_start" timestamp with time zone NOT NULL,
	"period_end" timestamp with time zone NOT NULL,
	"currency" text NOT NULL,
	"subtotal" numeric(38, 12) DEFAULT '0' NOT NULL,
	"discount" numeric(38, 12) DEFAULT '0' NOT NULL,
	"tax" numeric(38, 12) DEFAULT '0' NOT NULL,
	"tax_rate_percent" numeric(7, 4) DEFAULT '0' NOT NULL,
	"total" numeric(38, 12) DEFAULT '0' NOT NULL,
	"amount_due" numeric(38, 12) DEFAULT '0' NOT NULL,
	"billing_name" text NOT NULL,
	"billing_email" text NOT NULL,
	"billing_address" text,
	"issued_at" timestamp with time zone,
	"due_at" timestamp with time zone,
	"paid_at" timestamp with time zone,
	"voided_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "invoices_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "cost_alert_events" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"alert_id" uuid NOT NULL,
	"period_start" timestamp with time zone NOT NULL,
	"mark" numeric(7, 4) NOT NULL,
	"spent" numeric(38, 12) NOT NULL,
	"budget" numeric(38, 12) NOT NULL,
	"conversation_id" uuid,
	"record_id" uuid,
	"triggered_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "cost_alert_events_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "cost_alerts" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"service_type" text,
	"period" text DEFAULT 'monthly' NOT NULL,
	"budget" numeric(38, 12) NOT NULL,
	"marks" numeric(7, 4)[] NOT NULL,
	"emails" text[] DEFAULT '{}' NOT NULL,
	"email_enabled" boolean DEFAULT true NOT NULL,
	"counts" text DEFAULT 'recorded' NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"period_start" timestamp with time zone NOT NULL,
	"spent" numeric(38, 12) DEFAULT '0' NOT NULL,
	"passed_mark" numeric(7, 4) DEFAULT '0' NOT NULL,
	"trigger_count" integer DEFAULT 0 NOT NULL,
	"last_triggered_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "cost_alerts_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "usage_quotas" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"service_type" text,
	"measure" text NOT NULL,
	"period" text NOT NULL,
	"limit_amount" numeric(38, 12) NOT NULL,
	"warn_percent" numeric(7, 4) DEFAULT '80' NOT NULL,
	"on_exceed" text DEFAULT 'pause' NOT NULL,
	"fallback_model" text,
	"pause_message" text,
	"notify_emails" text[] DEFAULT '{}' NOT NULL,
	"counts" text DEFAULT 'recorded' NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"period_start" timestamp with time zone NOT NULL,
	"used" numeric(38, 12) DEFAULT '0' NOT NULL,
	"reserved" numeric(38, 12) DEFAULT '0' NOT NULL,
	"warned_at" timestamp with time zone,
	"exceeded_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "usage_quotas_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "plans" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"code" text NOT NULL,
	"description" text,
	"currency" text NOT NULL,
	"monthly_price" numeric(24, 12) NOT NULL,
	"yearly_price" numeric(24, 12),
	"interval" text DEFAULT 'month' NOT NULL,
	"trial_days" integer DEFAULT 0 NOT NULL,
	"included" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"limits" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"features" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pricing_rules" (
	"id" uuid PRIMARY KEY NOT NULL,
	"scope" text NOT NULL,
	"tenant_ref" uuid,
	"plan_id" uuid,
	"service_type" text,
	"provider" text,
	"model" text,
	"valid_from" timestamp with time zone,
	"valid_to" timestamp with time zone,
	"markup_percent" numeric,
	"fixed_price" jsonb,
	"reason" text,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pricing_state" (
	"id" smallint PRIMARY KEY NOT NULL,
	"version" bigint DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "provider_prices" (
	"id" uuid PRIMARY KEY NOT NULL,
	"provider" text NOT NULL,
	"model" text NOT NULL,
	"service_type" text NOT NULL,
	"currency" text DEFAULT 'USD' NOT NULL,
	"unit" text NOT NULL,
	"parts" jsonb NOT NULL,
	"tiers" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"windows" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"minimum" jsonb,
	"valid_from" timestamp with time zone NOT NULL,
	"valid_to" timestamp with time zone,
	"source" text DEFAULT 'manual' NOT NULL,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tenant_subscriptions" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"plan_id" uuid NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"interval" text DEFAULT 'month' NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"trial_ends_at" timestamp with time zone,
	"auto_renew" boolean DEFAULT true NOT NULL,
	"cancel_at_period_end" boolean DEFAULT false NOT NULL,
	"ended_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tenant_subscriptions_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "usage_allowances" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"month" date NOT NULL,
	"kind" text NOT NULL,
	"used" numeric DEFAULT '0' NOT NULL,
	CONSTRAINT "usage_allowances_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "billing_ledgers" (
	"tenant_id" uuid PRIMARY KEY NOT NULL,
	"last_seq" bigint DEFAULT 0 NOT NULL,
	"timezone" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "billing_periods" (
	"tenant_id" uuid NOT NULL,
	"month" date NOT NULL,
	"timezone" text NOT NULL,
	"closings" smallint NOT NULL,
	"closed_seq" bigint NOT NULL,
	"closed_at" timestamp with time zone NOT NULL,
	CONSTRAINT "billing_periods_tenant_id_month_pk" PRIMARY KEY("tenant_id","month")
);
--> statement-breakpoint
CREATE TABLE "usage_daily" (
	"tenant_id" uuid NOT NULL,
	"day" date NOT NULL,
	"service_type" text NOT NULL,
	"provider" text NOT NULL,
	"model" text NOT NULL,
	"closing" smallint DEFAULT 0 NOT NULL,
	"requests" integer DEFAULT 0 NOT NULL,
	"failed_requests" integer DEFAULT 0 NOT NULL,
	"input_quantity" numeric DEFAULT '0' NOT NULL,
	"cached_quantity" numeric DEFAULT '0' NOT NULL,
	"output_quantity" numeric DEFAULT '0' NOT NULL,
	"total_quantity" numeric DEFAULT '0' NOT NULL,
	"provider_cost" numeric(38, 12) DEFAULT '0' NOT NULL,
	"client_price" numeric(38, 12) DEFAULT '0' NOT NULL,
	"covered_quantity" numeric DEFAULT '0' NOT NULL,
	"billable_price" numeric(38, 12) DEFAULT '0' NOT NULL,
	"unpriced_requests" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "usage_daily_tenant_id_day_service_type_provider_model_closing_pk" PRIMARY KEY("tenant_id","day","service_type","provider","model","closing")
);
--> statement-breakpoint
CREATE TABLE "usage_hourly" (
	"tenant_id" uuid NOT NULL,
	"hour" timestamp with time zone NOT NULL,
	"service_type" text NOT NULL,
	"provider" text NOT NULL,
	"model" text NOT NULL,
	"requests" integer DEFAULT 0 NOT NULL,
	"failed_requests" integer DEFAULT 0 NOT NULL,
	"input_quantity" numeric DEFAULT '0' NOT NULL,
	"cached_quantity" numeric DEFAULT '0' NOT NULL,
	"output_quantity" numeric DEFAULT '0' NOT NULL,
	"total_quantity" numeric DEFAULT '0' NOT NULL,
	"provider_cost" numeric(38, 12) DEFAULT '0' NOT NULL,
	"client_price" numeric(38, 12) DEFAULT '0' NOT NULL,
	"last_occurred_at" timestamp with time zone NOT NULL,
	CONSTRAINT "usage_hourly_tenant_id_hour_service_type_provider_model_pk" PRIMARY KEY("tenant_id","hour","service_type","provider","model")
);
--> statement-breakpoint
CREATE TABLE "usage_keys" (
	"tenant_id" uuid NOT NULL,
	"key_hash" uuid NOT NULL,
	"record_id" uuid NOT NULL,
	"payload_hash" uuid NOT NULL,
	"key" text NOT NULL,
	CONSTRAINT "usage_keys_tenant_id_key_hash_pk" PRIMARY KEY("tenant_id","key_hash")
);
--> statement-breakpoint
CREATE TABLE "usage_reservations" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"amount" numeric(38, 12) DEFAULT '0' NOT NULL,
	"quantity" numeric DEFAULT '0' NOT NULL,
	"quota_ids" uuid[] NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "usage_reservations_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "connector_endpoints" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"connector_id" uuid NOT NULL,
	"name" text NOT NULL,
	"method" text NOT NULL,
	"path_template" text NOT NULL,
	"query_template" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"header_template" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"body_template" jsonb,
	"response_mapping" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"cache_seconds" integer DEFAULT 0 NOT NULL,
	"idempotency_header" text,
	"archived_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "connector_endpoints_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "connector_logs" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"connector_id" uuid NOT NULL,
	"endpoint_id" uuid,
	"conversation_id" uuid,
	"flow_execution_id" uuid,
	"node_key" text,
	"effect_key" text,
	"method" text NOT NULL,
	"url" text NOT NULL,
	"request" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"response" jsonb,
	"status_code" integer,
	"success" boolean,
	"status" text NOT NULL,
	"attempts" integer DEFAULT 1 NOT NULL,
	"error" text,
	"started_at" timestamp with time zone NOT NULL,
	"duration_ms" integer,
	CONSTRAINT "connector_logs_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "connectors" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"preset" text DEFAULT 'custom' NOT NULL,
	"type" text DEFAULT 'rest' NOT NULL,
	"base_url" text NOT NULL,
	"authentication" text DEFAULT 'none' NOT NULL,
	"credentials" text,
	"credential_tails" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"headers" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"timeout_seconds" integer DEFAULT 30 NOT NULL,
	"retry_count" integer DEFAULT 3 NOT NULL,
	"status" text DEFAULT 'inactive' NOT NULL,
	"last_error" text,
	"consecutive_errors" integer DEFAULT 0 NOT NULL,
	"last_test_at" timestamp with time zone,
	"last_test_result" text,
	"archived_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "connectors_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
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
CREATE TABLE "flow_connections" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"flow_id" uuid NOT NULL,
	"key" text NOT NULL,
	"source_key" text NOT NULL,
	"source_port" text NOT NULL,
	"target_key" text NOT NULL,
	"label" text DEFAULT '' NOT NULL,
	CONSTRAINT "flow_connections_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "flow_edge_counts" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"flow_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"connection_key" text NOT NULL,
	"count" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "flow_edge_counts_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "flow_execution_steps" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"execution_id" uuid NOT NULL,
	"sequence" integer NOT NULL,
	"node_key" text NOT NULL,
	"node_type" text NOT NULL,
	"node_name" text NOT NULL,
	"visit" integer NOT NULL,
	"status" text NOT NULL,
	"input" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"output" jsonb,
	"variables_after" jsonb,
	"port" text,
	"error" text,
	"provider_cost" numeric(24, 12) DEFAULT '0' NOT NULL,
	"client_price" numeric(24, 12) DEFAULT '0' NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	"duration_ms" integer,
	CONSTRAINT "flow_execution_steps_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "flow_executions" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"flow_id" uuid NOT NULL,
	"flow_version_id" uuid NOT NULL,
	"flow_version" integer NOT NULL,
	"conversation_id" uuid NOT NULL,
	"started_by" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"trigger_message_id" uuid,
	"status" text DEFAULT 'running' NOT NULL,
	"current_node_key" text,
	"variables" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"state" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"executed_nodes" text[] DEFAULT '{}' NOT NULL,
	"step_count" integer DEFAULT 0 NOT NULL,
	"error" text,
	"outcome" text,
	"waiting_since" timestamp with time zone,
	"waited_ms" bigint DEFAULT 0 NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"completed_at" timestamp with time zone,
	"duration_ms" bigint,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "flow_executions_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "flow_nodes" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"flow_id" uuid NOT NULL,
	"key" text NOT NULL,
	"type" text NOT NULL,
	"name" text NOT NULL,
	"settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"x" double precision NOT NULL,
	"y" double precision NOT NULL,
	CONSTRAINT "flow_nodes_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "flow_variables" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"flow_id" uuid NOT NULL,
	"name" text NOT NULL,
	"type" text NOT NULL,
	"required" boolean DEFAULT false NOT NULL,
	"default_value" jsonb,
	CONSTRAINT "flow_variables_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "flow_versions" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"flow_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"snapshot" jsonb NOT NULL,
	"status" text DEFAULT 'published' NOT NULL,
	"published_by" text,
	"published_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "flow_versions_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "flows" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"status" text DEFAULT 'draft' NOT NULL,
	"trigger" jsonb NOT NULL,
	"priority" integer DEFAULT 0 NOT NULL,
	"published_version_id" uuid,
	"published_version" integer,
	"draft_revision" integer DEFAULT 0 NOT NULL,
	"settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"execution_count" integer DEFAULT 0 NOT NULL,
	"success_count" integer DEFAULT 0 NOT NULL,
	"failure_count" integer DEFAULT 0 NOT NULL,
	"total_duration_ms" bigint DEFAULT 0 NOT NULL,
	"archived_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "flows_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "waitpoints" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"execution_id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"node_key" text NOT NULL,
	"visit" integer NOT NULL,
	"kind" text NOT NULL,
	"status" text DEFAULT 'waiting' NOT NULL,
	"due_at" timestamp with time zone,
	"resolved_by" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"resolved_at" timestamp with time zone,
	CONSTRAINT "waitpoints_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "channel_directory" (
	"channel_id" uuid PRIMARY KEY NOT NULL,
	"tenant_ref" uuid NOT NULL,
	"type" text NOT NULL,
	"external_address" text,
	"secrets" text,
	"archived" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "channel_messages" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"message_id" uuid,
	"channel_id" uuid NOT NULL,
	"direction" text NOT NULL,
	"external_message_id" text,
	"status" text NOT NULL,
	"status_rank" smallint DEFAULT 0 NOT NULL,
	"uncertain" boolean DEFAULT false NOT NULL,
	"journal_id" uuid,
	"raw" jsonb,
	"recipient" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"error_code" text,
	"error_reason" text,
	"retryable" boolean,
	"next_attempt_at" timestamp with time zone,
	"queued_at" timestamp with time zone,
	"sent_at" timestamp with time zone,
	"delivered_at" timestamp with time zone,
	"read_at" timestamp with time zone,
	"failed_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "channel_messages_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "channels" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"type" text NOT NULL,
	"name" text NOT NULL,
	"status" text DEFAULT 'disconnected' NOT NULL,
	"health" text DEFAULT 'healthy' NOT NULL,
	"settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"secrets" text,
	"secret_tails" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"bot_enabled" boolean DEFAULT true NOT NULL,
	"paused_at" timestamp with time zone,
	"last_inbound_at" timestamp with time zone,
	"message_count" integer DEFAULT 0 NOT NULL,
	"last_test_at" timestamp with time zone,
	"last_test_result" text,
	"archived_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "channels_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "conversation_inbox" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"message_id" uuid,
	"payload" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"provider_time" timestamp with time zone NOT NULL,
	"arrival" bigserial NOT NULL,
	"handled_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "conversation_inbox_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "conversation_notes" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"author_user_id" uuid,
	"author_label" text NOT NULL,
	"content" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "conversation_notes_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "conversations" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"identity_id" uuid,
	"session_key" text NOT NULL,
	"subject" text,
	"status" text DEFAULT 'open' NOT NULL,
	"handler" text DEFAULT 'bot' NOT NULL,
	"assignee_id" uuid,
	"priority" text DEFAULT 'normal' NOT NULL,
	"handoff_reason" text,
	"started_at" timestamp with time zone NOT NULL,
	"resolved_at" timestamp with time zone,
	"closed_by" text,
	"last_message_at" timestamp with time zone NOT NULL,
	"last_message_preview" text DEFAULT '' NOT NULL,
	"last_message_role" text DEFAULT 'customer' NOT NULL,
	"last_inbound_at" timestamp with time zone,
	"message_count" integer DEFAULT 0 NOT NULL,
	"unread_count" integer DEFAULT 0 NOT NULL,
	"tokens_used" numeric(24, 3) DEFAULT '0' NOT NULL,
	"voice_minutes" numeric(24, 12) DEFAULT '0' NOT NULL,
	"provider_cost" numeric(24, 12) DEFAULT '0' NOT NULL,
	"client_price" numeric(24, 12) DEFAULT '0' NOT NULL,
	"profit" numeric(24, 12) DEFAULT '0' NOT NULL,
	"lease_owner" text,
	"lease_expires_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "conversations_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "customer_identities" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"address" text NOT NULL,
	"scoped_user_id" text,
	"display_name" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "customer_identities_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "customers" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"email" text,
	"phone" text,
	"external_id" text,
	"language" text,
	"status" text DEFAULT 'active' NOT NULL,
	"source" text DEFAULT 'api' NOT NULL,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"custom_fields" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"merged_into_id" uuid,
	"conversation_count" integer DEFAULT 0 NOT NULL,
	"first_contact_at" timestamp with time zone,
	"last_contact_at" timestamp with time zone,
	"archived_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "customers_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "delivery_attempts" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"channel_message_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	"outcome" text DEFAULT 'pending' NOT NULL,
	"http_status" integer,
	"error_code" text,
	"error_message" text,
	CONSTRAINT "delivery_attempts_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "early_statuses" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"external_message_id" text NOT NULL,
	"status" text NOT NULL,
	"provider_time" timestamp with time zone NOT NULL,
	"error_code" text,
	"error_message" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "early_statuses_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "message_reactions" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"message_id" uuid NOT NULL,
	"author" text NOT NULL,
	"emoji" text NOT NULL,
	"reacted_at" timestamp with time zone NOT NULL,
	CONSTRAINT "message_reactions_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "message_templates" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"category" text DEFAULT 'utility' NOT NULL,
	"default_language" text DEFAULT 'en' NOT NULL,
	"variants" jsonb NOT NULL,
	"variables" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"whatsapp_name" text,
	"whatsapp_status" text DEFAULT 'none' NOT NULL,
	"usage_count" integer DEFAULT 0 NOT NULL,
	"archived_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "message_templates_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"role" text NOT NULL,
	"format" text DEFAULT 'text' NOT NULL,
	"content" text NOT NULL,
	"payload" jsonb,
	"status" text NOT NULL,
	"reply_to_message_id" uuid,
	"author_user_id" uuid,
	"intent" text,
	"confidence" numeric(6, 5),
	"flow_execution_id" uuid,
	"node_key" text,
	"effect_key" text,
	"tokens_used" numeric(24, 3) DEFAULT '0' NOT NULL,
	"provider_cost" numeric(24, 12) DEFAULT '0' NOT NULL,
	"client_price" numeric(24, 12) DEFAULT '0' NOT NULL,
	"revoked_at" timestamp with time zone,
	"edited_at" timestamp with time zone,
	"sent_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "messages_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "webhook_journal" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"delivery_key" text NOT NULL,
	"body" "bytea" NOT NULL,
	"headers" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"deliveries" integer DEFAULT 1 NOT NULL,
	"status" text DEFAULT 'received' NOT NULL,
	"error" text,
	"received_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_received_at" timestamp with time zone DEFAULT now() NOT NULL,
	"processed_at" timestamp with time zone,
	CONSTRAINT "webhook_journal_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"key_hash" text NOT NULL,
	"prefix" text NOT NULL,
	"tail" text NOT NULL,
	"scopes" text[] NOT NULL,
	"allowed_ips" text[] DEFAULT '{}' NOT NULL,
	"rate_limit_per_second" integer DEFAULT 100 NOT NULL,
	"request_count" bigint DEFAULT 0 NOT NULL,
	"last_used_at" timestamp with time zone,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "api_keys_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "audit_log" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"actor_type" text NOT NULL,
	"actor_id" text,
	"action" text NOT NULL,
	"subject_type" text NOT NULL,
	"subject_id" text,
	"before" jsonb,
	"after" jsonb,
	"ip" text,
	"user_agent" text,
	"occurred_at" timestamp with time zone NOT NULL,
	CONSTRAINT "audit_log_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "counter_deltas" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"subject_type" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"counter" text NOT NULL,
	"delta" numeric(30, 12) NOT NULL,
	"occurred_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "counter_deltas_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "encryption_keys" (
	"id" uuid PRIMARY KEY NOT NULL,
	"owner_id" uuid NOT NULL,
	"wrapped_key" text NOT NULL,
	"master_key_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"owner_id" uuid NOT NULL,
	"key_hash" text NOT NULL,
	"request_hash" text NOT NULL,
	"status" integer,
	"response" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_keys_owner_id_key_hash_pk" PRIMARY KEY("owner_id","key_hash")
);
--> statement-breakpoint
CREATE TABLE "mail_messages" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_ref" uuid,
	"dedupe_key" text NOT NULL,
	"recipients" text[] NOT NULL,
	"sender" text NOT NULL,
	"subject" text NOT NULL,
	"text_body" text NOT NULL,
	"status" text DEFAULT 'queued' NOT NULL,
	"error" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"sent_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "memberships" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"role" text NOT NULL,
	"extra_permissions" text[] DEFAULT '{}' NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "memberships_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "platform_keys" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"key_hash" text NOT NULL,
	"tail" text NOT NULL,
	"last_used_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "platform_settings" (
	"key" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"ip" text,
	"user_agent" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "system_events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_ref" uuid,
	"source" text NOT NULL,
	"severity" integer NOT NULL,
	"kind" text NOT NULL,
	"message" text NOT NULL,
	"details" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"count" integer DEFAULT 1 NOT NULL,
	"resolved_at" timestamp with time zone,
	"resolved_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_seen_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tenants" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"slug" text NOT NULL,
	"website" text,
	"status" text DEFAULT 'trial' NOT NULL,
	"trial_ends_at" timestamp with time zone,
	"timezone" text DEFAULT 'UTC' NOT NULL,
	"locale" text DEFAULT 'en' NOT NULL,
	"currency" text DEFAULT 'USD' NOT NULL,
	"billing_email" text NOT NULL,
	"billing_address" text,
	"tax_rate_percent" numeric(7, 4) DEFAULT '0' NOT NULL,
	"ai_enabled" boolean DEFAULT true NOT NULL,
	"sandbox" boolean DEFAULT false NOT NULL,
	"clock_offset_ms" bigint DEFAULT 0 NOT NULL,
	"settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"password_hash" text,
	"staff" boolean DEFAULT false NOT NULL,
	"locale" text DEFAULT 'en' NOT NULL,
	"failed_sign_ins" integer DEFAULT 0 NOT NULL,
	"locked_until" timestamp with time zone,
	"sign_in_count" integer DEFAULT 0 NOT NULL,
	"last_sign_in_at" timestamp with time zone,
	"last_sign_in_ip" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "invoice_lines" ADD CONSTRAINT "invoice_lines_tenant_id_invoice_id_invoices_tenant_id_id_fk" FOREIGN KEY ("tenant_id","invoice_id") REFERENCES "public"."invoices"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tenant_subscriptions" ADD CONSTRAINT "tenant_subscriptions_plan_id_plans_id_fk" FOREIGN KEY ("plan_id") REFERENCES "public"."plans"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "connector_endpoints" ADD CONSTRAINT "connector_endpoints_tenant_id_connector_id_connectors_tenant_id_id_fk" FOREIGN KEY ("tenant_id","connector_id") REFERENCES "public"."connectors"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "connector_logs" ADD CONSTRAINT "connector_logs_tenant_id_connector_id_connectors_tenant_id_id_fk" FOREIGN KEY ("tenant_id","connector_id") REFERENCES "public"."connectors"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flow_connections" ADD CONSTRAINT "flow_connections_tenant_id_flow_id_flows_tenant_id_id_fk" FOREIGN KEY ("tenant_id","flow_id") REFERENCES "public"."flows"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flow_execution_steps" ADD CONSTRAINT "flow_execution_steps_tenant_id_execution_id_flow_executions_tenant_id_id_fk" FOREIGN KEY ("tenant_id","execution_id") REFERENCES "public"."flow_executions"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flow_executions" ADD CONSTRAINT "flow_executions_tenant_id_flow_id_flows_tenant_id_id_fk" FOREIGN KEY ("tenant_id","flow_id") REFERENCES "public"."flows"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flow_executions" ADD CONSTRAINT "flow_executions_tenant_id_conversation_id_conversations_tenant_id_id_fk" FOREIGN KEY ("tenant_id","conversation_id") REFERENCES "public"."conversations"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flow_nodes" ADD CONSTRAINT "flow_nodes_tenant_id_flow_id_flows_tenant_id_id_fk" FOREIGN KEY ("tenant_id","flow_id") REFERENCES "public"."flows"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flow_variables" ADD CONSTRAINT "flow_variables_tenant_id_flow_id_flows_tenant_id_id_fk" FOREIGN KEY ("tenant_id","flow_id") REFERENCES "public"."flows"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flow_versions" ADD CONSTRAINT "flow_versions_tenant_id_flow_id_flows_tenant_id_id_fk" FOREIGN KEY ("tenant_id","flow_id") REFERENCES "public"."flows"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "waitpoints" ADD CONSTRAINT "waitpoints_tenant_id_execution_id_flow_executions_tenant_id_id_fk" FOREIGN KEY ("tenant_id","execution_id") REFERENCES "public"."flow_executions"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "channel_messages" ADD CONSTRAINT "channel_messages_tenant_id_message_id_messages_tenant_id_id_fk" FOREIGN KEY ("tenant_id","message_id") REFERENCES "public"."messages"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversation_inbox" ADD CONSTRAINT "conversation_inbox_tenant_id_conversation_id_conversations_tenant_id_id_fk" FOREIGN KEY ("tenant_id","conversation_id") REFERENCES "public"."conversations"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversation_notes" ADD CONSTRAINT "conversation_notes_tenant_id_conversation_id_conversations_tenant_id_id_fk" FOREIGN KEY ("tenant_id","conversation_id") REFERENCES "public"."conversations"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversations" ADD CONSTRAINT "conversations_tenant_id_customer_id_customers_tenant_id_id_fk" FOREIGN KEY ("tenant_id","customer_id") REFERENCES "public"."customers"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversations" ADD CONSTRAINT "conversations_tenant_id_channel_id_channels_tenant_id_id_fk" FOREIGN KEY ("tenant_id","channel_id") REFERENCES "public"."channels"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "customer_identities" ADD CONSTRAINT "customer_identities_tenant_id_customer_id_customers_tenant_id_id_fk" FOREIGN KEY ("tenant_id","customer_id") REFERENCES "public"."customers"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "customer_identities" ADD CONSTRAINT "customer_identities_tenant_id_channel_id_channels_tenant_id_id_fk" FOREIGN KEY ("tenant_id","channel_id") REFERENCES "public"."channels"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "delivery_attempts" ADD CONSTRAINT "delivery_attempts_tenant_id_channel_message_id_channel_messages_tenant_id_id_fk" FOREIGN KEY ("tenant_id","channel_message_id") REFERENCES "public"."channel_messages"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "message_reactions" ADD CONSTRAINT "message_reactions_tenant_id_message_id_messages_tenant_id_id_fk" FOREIGN KEY ("tenant_id","message_id") REFERENCES "public"."messages"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_tenant_id_conversation_id_conversations_tenant_id_id_fk" FOREIGN KEY ("tenant_id","conversation_id") REFERENCES "public"."conversations"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "ai_providers_name_key" ON "ai_providers" USING btree ("tenant_id",lower("name")) WHERE archived_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "ai_responses_attempt_key" ON "ai_responses" USING btree ("tenant_id","attempt_key");--> statement-breakpoint
CREATE INDEX "ai_responses_conversation_idx" ON "ai_responses" USING btree ("tenant_id","conversation_id","started_at");--> statement-breakpoint
CREATE INDEX "ai_responses_unmetered_idx" ON "ai_responses" USING btree ("created_at") WHERE usage_record_id is null;--> statement-breakpoint
CREATE UNIQUE INDEX "intents_name_key" ON "intents" USING btree ("tenant_id",lower("name")) WHERE archived_at is null;--> statement-breakpoint
CREATE INDEX "platform_ai_providers_tenant_idx" ON "platform_ai_providers" USING btree ("tenant_ref");--> statement-breakpoint
CREATE UNIQUE INDEX "invoice_lines_position_key" ON "invoice_lines" USING btree ("tenant_id","invoice_id","position");--> statement-breakpoint
CREATE UNIQUE INDEX "invoice_lines_slice_key" ON "invoice_lines" USING btree ("tenant_id","usage_month","closing","service_type","provider","model") WHERE usage_month is not null and not voided;--> statement-breakpoint
CREATE UNIQUE INDEX "invoices_number_key" ON "invoices" USING btree ("tenant_id","number") WHERE number is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "invoices_month_key" ON "invoices" USING btree ("tenant_id","month") WHERE status <> 'void';--> statement-breakpoint
CREATE INDEX "invoices_time_idx" ON "invoices" USING btree ("tenant_id","period_start","id");--> statement-breakpoint
CREATE UNIQUE INDEX "cost_alert_events_mark_key" ON "cost_alert_events" USING btree ("tenant_id","alert_id","period_start","mark");--> statement-breakpoint
CREATE INDEX "cost_alert_events_time_idx" ON "cost_alert_events" USING btree ("tenant_id","triggered_at");--> statement-breakpoint
CREATE INDEX "cost_alerts_tenant_idx" ON "cost_alerts" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "usage_quotas_tenant_idx" ON "usage_quotas" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "plans_code_key" ON "plans" USING btree (lower("code"));--> statement-breakpoint
CREATE UNIQUE INDEX "pricing_rules_start_key" ON "pricing_rules" USING btree ("scope",coalesce(tenant_ref, plan_id, '00000000-0000-0000-0000-000000000000'),coalesce(service_type, ''),coalesce(provider, ''),coalesce(model, ''),coalesce(valid_from, '-infinity'::timestamptz));--> statement-breakpoint
CREATE UNIQUE INDEX "provider_prices_start_key" ON "provider_prices" USING btree ("provider","model","service_type","valid_from");--> statement-breakpoint
CREATE UNIQUE INDEX "tenant_subscriptions_current_key" ON "tenant_subscriptions" USING btree ("tenant_id") WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX "tenant_subscriptions_time_idx" ON "tenant_subscriptions" USING btree ("tenant_id","started_at");--> statement-breakpoint
CREATE UNIQUE INDEX "usage_allowances_month_key" ON "usage_allowances" USING btree ("tenant_id","month","kind");--> statement-breakpoint
CREATE INDEX "usage_hourly_model_idx" ON "usage_hourly" USING btree ("service_type","provider","model","hour");--> statement-breakpoint
CREATE INDEX "usage_reservations_expiry_idx" ON "usage_reservations" USING btree ("tenant_id","expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "connector_endpoints_name_key" ON "connector_endpoints" USING btree ("tenant_id","connector_id",lower("name")) WHERE archived_at is null;--> statement-breakpoint
CREATE INDEX "connector_logs_connector_idx" ON "connector_logs" USING btree ("tenant_id","connector_id","started_at");--> statement-breakpoint
CREATE INDEX "connector_logs_execution_idx" ON "connector_logs" USING btree ("tenant_id","flow_execution_id");--> statement-breakpoint
CREATE UNIQUE INDEX "connector_logs_effect_key" ON "connector_logs" USING btree ("tenant_id","effect_key") WHERE effect_key is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "connectors_name_key" ON "connectors" USING btree ("tenant_id",lower("name")) WHERE archived_at is null;--> statement-breakpoint
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
CREATE INDEX "timers_subject_idx" ON "timers" USING btree ("tenant_id","kind","subject_id");--> statement-breakpoint
CREATE UNIQUE INDEX "flow_connections_key_key" ON "flow_connections" USING btree ("tenant_id","flow_id","key");--> statement-breakpoint
CREATE UNIQUE INDEX "flow_edge_counts_key" ON "flow_edge_counts" USING btree ("tenant_id","flow_id","version","connection_key");--> statement-breakpoint
CREATE UNIQUE INDEX "flow_execution_steps_visit_key" ON "flow_execution_steps" USING btree ("tenant_id","execution_id","node_key","visit");--> statement-breakpoint
CREATE UNIQUE INDEX "flow_executions_active_key" ON "flow_executions" USING btree ("tenant_id","conversation_id") WHERE status in ('running','waiting');--> statement-breakpoint
CREATE UNIQUE INDEX "flow_executions_trigger_key" ON "flow_executions" USING btree ("tenant_id","flow_id","trigger_message_id") WHERE trigger_message_id is not null;--> statement-breakpoint
CREATE INDEX "flow_executions_flow_idx" ON "flow_executions" USING btree ("tenant_id","flow_id","started_at");--> statement-breakpoint
CREATE INDEX "flow_executions_conversation_idx" ON "flow_executions" USING btree ("tenant_id","conversation_id","started_at");--> statement-breakpoint
CREATE UNIQUE INDEX "flow_nodes_key_key" ON "flow_nodes" USING btree ("tenant_id","flow_id","key");--> statement-breakpoint
CREATE UNIQUE INDEX "flow_variables_name_key" ON "flow_variables" USING btree ("tenant_id","flow_id","name");--> statement-breakpoint
CREATE UNIQUE INDEX "flow_versions_number_key" ON "flow_versions" USING btree ("tenant_id","flow_id","version");--> statement-breakpoint
CREATE UNIQUE INDEX "flows_name_key" ON "flows" USING btree ("tenant_id",lower("name")) WHERE archived_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "waitpoints_visit_key" ON "waitpoints" USING btree ("tenant_id","execution_id","node_key","visit");--> statement-breakpoint
CREATE UNIQUE INDEX "channel_directory_address_key" ON "channel_directory" USING btree ("type","external_address") WHERE external_address is not null and not archived;--> statement-breakpoint
CREATE UNIQUE INDEX "channel_messages_external_key" ON "channel_messages" USING btree ("tenant_id","channel_id","external_message_id") WHERE external_message_id is not null;--> statement-breakpoint
CREATE INDEX "channel_messages_message_idx" ON "channel_messages" USING btree ("tenant_id","message_id");--> statement-breakpoint
CREATE INDEX "channel_messages_unsettled_idx" ON "channel_messages" USING btree ("tenant_id","created_at") WHERE direction = 'outbound' and status in ('queued','sending');--> statement-breakpoint
CREATE UNIQUE INDEX "channels_name_key" ON "channels" USING btree ("tenant_id","type",lower("name")) WHERE archived_at is null;--> statement-breakpoint
CREATE INDEX "conversation_inbox_waiting_idx" ON "conversation_inbox" USING btree ("tenant_id","conversation_id","provider_time","arrival") WHERE handled_at is null;--> statement-breakpoint
CREATE INDEX "conversation_notes_idx" ON "conversation_notes" USING btree ("tenant_id","conversation_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "conversations_open_key" ON "conversations" USING btree ("tenant_id","identity_id") WHERE identity_id is not null and status in ('open','pending','escalated','snoozed');--> statement-breakpoint
CREATE INDEX "conversations_list_idx" ON "conversations" USING btree ("tenant_id","status","last_message_at","id");--> statement-breakpoint
CREATE INDEX "conversations_customer_idx" ON "conversations" USING btree ("tenant_id","customer_id","started_at");--> statement-breakpoint
CREATE INDEX "conversations_channel_idx" ON "conversations" USING btree ("tenant_id","channel_id","last_message_at","id");--> statement-breakpoint
CREATE INDEX "conversations_work_idx" ON "conversations" USING btree ("tenant_id","assignee_id","handler","last_message_at","id") WHERE status in ('open','pending','escalated');--> statement-breakpoint
CREATE INDEX "conversations_lease_idx" ON "conversations" USING btree ("lease_expires_at") WHERE lease_owner is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "customer_identities_address_key" ON "customer_identities" USING btree ("tenant_id","channel_id","address");--> statement-breakpoint
CREATE UNIQUE INDEX "customer_identities_scoped_key" ON "customer_identities" USING btree ("tenant_id","channel_id","scoped_user_id") WHERE scoped_user_id is not null;--> statement-breakpoint
CREATE INDEX "customer_identities_customer_idx" ON "customer_identities" USING btree ("tenant_id","customer_id");--> statement-breakpoint
CREATE UNIQUE INDEX "customers_external_key" ON "customers" USING btree ("tenant_id","external_id") WHERE external_id is not null;--> statement-breakpoint
CREATE INDEX "customers_recent_idx" ON "customers" USING btree ("tenant_id","last_contact_at","id");--> statement-breakpoint
CREATE INDEX "customers_phone_idx" ON "customers" USING btree ("tenant_id","phone");--> statement-breakpoint
CREATE UNIQUE INDEX "delivery_attempts_number_key" ON "delivery_attempts" USING btree ("tenant_id","channel_message_id","number");--> statement-breakpoint
CREATE INDEX "early_statuses_external_idx" ON "early_statuses" USING btree ("tenant_id","channel_id","external_message_id");--> statement-breakpoint
CREATE UNIQUE INDEX "message_reactions_author_key" ON "message_reactions" USING btree ("tenant_id","message_id","author");--> statement-breakpoint
CREATE UNIQUE INDEX "message_templates_name_key" ON "message_templates" USING btree ("tenant_id",lower("name")) WHERE archived_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "messages_position_key" ON "messages" USING btree ("tenant_id","conversation_id","position");--> statement-breakpoint
CREATE UNIQUE INDEX "messages_effect_key" ON "messages" USING btree ("tenant_id","effect_key") WHERE effect_key is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "webhook_journal_delivery_key" ON "webhook_journal" USING btree ("tenant_id","channel_id","delivery_key");--> statement-breakpoint
CREATE INDEX "webhook_journal_time_idx" ON "webhook_journal" USING btree ("tenant_id","received_at");--> statement-breakpoint
CREATE UNIQUE INDEX "api_keys_hash_key" ON "api_keys" USING btree ("key_hash");--> statement-breakpoint
CREATE INDEX "audit_log_time_idx" ON "audit_log" USING btree ("tenant_id","occurred_at");--> statement-breakpoint
CREATE INDEX "audit_log_subject_idx" ON "audit_log" USING btree ("tenant_id","subject_type","subject_id");--> statement-breakpoint
CREATE INDEX "encryption_keys_owner_idx" ON "encryption_keys" USING btree ("owner_id","created_at");--> statement-breakpoint
CREATE INDEX "idempotency_keys_age_idx" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "mail_messages_dedupe_key" ON "mail_messages" USING btree ("dedupe_key");--> statement-breakpoint
CREATE INDEX "mail_messages_time_idx" ON "mail_messages" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "memberships_user_key" ON "memberships" USING btree ("tenant_id","user_id");--> statement-breakpoint
CREATE INDEX "memberships_of_user_idx" ON "memberships" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "platform_keys_hash_key" ON "platform_keys" USING btree ("key_hash");--> statement-breakpoint
CREATE INDEX "sessions_user_idx" ON "sessions" USING btree ("user_id","created_at");--> statement-breakpoint
CREATE INDEX "system_events_open_idx" ON "system_events" USING btree ("resolved_at","created_at");--> statement-breakpoint
CREATE INDEX "system_events_kind_idx" ON "system_events" USING btree ("kind","tenant_ref");--> statement-breakpoint
CREATE UNIQUE INDEX "tenants_slug_key" ON "tenants" USING btree (lower("slug"));--> statement-breakpoint
CREATE UNIQUE INDEX "users_email_key" ON "users" USING btree (lower("email"));
--> statement-breakpoint
-- Usage records: one row a metered provider call, priced when written, never changed. Partitioned by month of
-- occurred_at; partitions are made by ensure_usage_partition() as months are needed, the rest goes to the default.
create table usage_breakdown (
  tenant_id uuid not null,
  id uuid not null,
  occurred_at timestamptz not null,
  ingest_seq bigint not null,
  usage_day date not null,
  billing_month date not null,
  closing smallint not null default 0,
  own_key boolean not null default false,
  unpriced boolean not null default false,
  key_hash uuid not null,
  conversation_id uuid,
  message_id uuid,
  execution_id uuid,
  ai_provider_id uuid,
  pricing_rule_id uuid,
  provider_price_id uuid,
  status text not null,
  service_type text not null,
  provider text not null,
  model text not null,
  input_quantity numeric not null,
  cached_quantity numeric,
  output_quantity numeric,
  provider_cost numeric(24, 12) not null,
  client_price numeric(24, 12) not null,
  -- Null: nothing is covered by the plan, so the whole client_price is billable.
  covered_quantity numeric,
  billable_price numeric(24, 12),
  -- [[part, quantity, cost, price], …]; sums to provider_cost and client_price.
  parts jsonb not null,
  primary key (tenant_id, id, occurred_at)
) partition by range (occurred_at);
--> statement-breakpoint
create table usage_breakdown_default partition of usage_breakdown default;
--> statement-breakpoint
create index usage_breakdown_time_idx on usage_breakdown (tenant_id, occurred_at);
--> statement-breakpoint
create index usage_breakdown_conversation_idx on usage_breakdown (tenant_id, conversation_id) where conversation_id is not null;
--> statement-breakpoint
create function ensure_usage_partition(month date) returns boolean
language plpgsql security definer set search_path = public as $$
declare
  first_day date := date_trunc('month', month)::date;
  next_day date := (date_trunc('month', month) + interval '1 month')::date;
  name text := format('usage_breakdown_%s', to_char(month, 'YYYYMM'));
begin
  if to_regclass(name) is not null then return false; end if;
  if first_day < date '2020-01-01' or first_day > date '2100-01-01' then return false; end if;
  perform pg_advisory_xact_lock(7205317);
  if to_regclass(name) is not null then return false; end if;
  -- Rows of this month that came before it had a partition stay in the default one.
  if exists (
    select from only usage_breakdown_default
    where occurred_at >= first_day::timestamp at time zone 'UTC' and occurred_at < next_day::timestamp at time zone 'UTC'
  ) then return false; end if;
  execute format(
    'create table %I partition of usage_breakdown for values from (%L) to (%L)',
    name, first_day::timestamp at time zone 'UTC', next_day::timestamp at time zone 'UTC'
  );
  execute format('alter table %I enable row level security', name);
  execute format('alter table %I force row level security', name);
  execute format('create policy aurora_owner_all on %I to aurora_owner using (true) with check (true)', name);
  execute format('create policy aurora_system_all on %I to aurora_system using (true) with check (true)', name);
  execute format(
    'create policy aurora_tenant on %I to aurora_app'
    ' using (tenant_id = nullif(current_setting(''app.tenant'', true), '''')::uuid)'
    ' with check (tenant_id = nullif(current_setting(''app.tenant'', true), '''')::uuid)', name);
  execute format('grant select, insert, update, delete on %I to aurora_system', name);
  return true;
end $$;
--> statement-breakpoint
revoke all on function ensure_usage_partition(date) from public;
--> statement-breakpoint
grant execute on function ensure_usage_partition(date) to aurora_app, aurora_system;
--> statement-breakpoint
insert into pricing_state (id, version) values (1, 1);
--> statement-breakpoint
grant select on pricing_state to aurora_app;
--> statement-breakpoint
-- Hot rows: room for updates on the same page, and vacuum soon.
alter table billing_ledgers set (fillfactor = 20, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 500);
--> statement-breakpoint
alter table usage_quotas set (fillfactor = 20, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 500);
--> statement-breakpoint
alter table cost_alerts set (fillfactor = 20, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 500);
--> statement-breakpoint
alter table usage_daily set (fillfactor = 40, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500);
--> statement-breakpoint
alter table usage_hourly set (fillfactor = 40, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500);
--> statement-breakpoint
alter table usage_reservations set (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 2000);
--> statement-breakpoint
alter table usage_quotas add constraint usage_quotas_words check (
  measure in ('money', 'quantity') and period in ('daily', 'weekly', 'monthly')
  and on_exceed in ('pause', 'notify', 'throttle', 'fallback_model') and counts in ('recorded', 'billable')
  and used >= 0 and reserved >= 0 and limit_amount >= 0
);
--> statement-breakpoint
alter table pricing_rules add constraint pricing_rules_kind check (
  (markup_percent is null) <> (fixed_price is null) and scope in ('platform', 'plan', 'tenant')
  and (scope = 'tenant') = (tenant_ref is not null) and (scope = 'plan') = (plan_id is not null)
  and (valid_to is null or valid_from is null or valid_to > valid_from)
);
--> statement-breakpoint
alter table provider_prices add constraint provider_prices_dates check (valid_to is null or valid_to > valid_from);
--> statement-breakpoint
alter table invoices add constraint invoices_words check (
  status in ('draft', 'open', 'paid', 'void', 'uncollectible') and (status = 'draft' or number is not null)
);

--> statement-breakpoint
-- Rows that change several times within a second leave room on their page: the new version then needs no index entries.
alter table conversations set (fillfactor = 60);
--> statement-breakpoint
alter table messages set (fillfactor = 80);
--> statement-breakpoint
alter table channel_messages set (fillfactor = 70);
--> statement-breakpoint
alter table delivery_attempts set (fillfactor = 80);
--> statement-breakpoint
alter table conversation_inbox set (fillfactor = 70);
--> statement-breakpoint
alter table webhook_journal set (fillfactor = 80);
--> statement-breakpoint
alter table flow_executions set (fillfactor = 50);
--> statement-breakpoint
alter table flow_execution_steps set (fillfactor = 80);
--> statement-breakpoint
alter table ai_responses set (fillfactor = 60);
--> statement-breakpoint
alter table connector_logs set (fillfactor = 60);
--> statement-breakpoint
alter table outbox set (fillfactor = 70);
--> statement-breakpoint
alter table usage_quotas set (fillfactor = 50);
--> statement-breakpoint
alter table billing_ledgers set (fillfactor = 50);

--> statement-breakpoint
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
