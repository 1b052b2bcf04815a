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
CREATE INDEX "reconciliations_time_idx" ON "reconciliations" USING btree ("started_at");--> statement-breakpoint
CREATE INDEX "usage_daily_day_idx" ON "usage_daily" USING btree ("day");