-- The record that an adjustment gives a price.
ALTER TABLE "usage_breakdown" ADD COLUMN "adjusts_id" uuid;
--> statement-breakpoint
CREATE INDEX "usage_breakdown_adjusts_idx" ON "usage_breakdown" ("tenant_id", "adjusts_id") WHERE "adjusts_id" IS NOT NULL;
