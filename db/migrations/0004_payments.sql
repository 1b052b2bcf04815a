CREATE TABLE "credit_note_numbers" (
	"tenant_id" uuid NOT NULL,
	"month" date NOT NULL,
	"last_number" integer NOT NULL,
	CONSTRAINT "credit_note_numbers_tenant_id_month_pk" PRIMARY KEY("tenant_id","month")
);
--> statement-breakpoint
CREATE TABLE "credit_notes" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"number" text NOT NULL,
	"month" date NOT NULL,
	"invoice_id" uuid NOT NULL,
	"currency" text NOT NULL,
	"amount" numeric(38, 12) DEFAULT '0' NOT NULL,
	"tax" numeric(38, 12) DEFAULT '0' NOT NULL,
	"applied_to_due" numeric(38, 12) DEFAULT '0' NOT NULL,
	"to_wallet" numeric(38, 12) DEFAULT '0' NOT NULL,
	"refunded" numeric(38, 12) DEFAULT '0' NOT NULL,
	"reason" text NOT NULL,
	"created_by" text NOT NULL,
	"issued_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "credit_notes_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "dunning_cases" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"invoice_id" uuid NOT NULL,
	"status" text DEFAULT 'running' NOT NULL,
	"reason" text NOT NULL,
	"first_failed_at" timestamp with time zone NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp with time zone,
	"suspends_at" timestamp with time zone NOT NULL,
	"suspended_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "dunning_cases_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "payment_customers" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"gateway_id" uuid NOT NULL,
	"external_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "payment_customers_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "payment_events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"gateway_id" uuid NOT NULL,
	"delivery_key" text NOT NULL,
	"type" text NOT NULL,
	"body" "bytea" NOT NULL,
	"headers" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"deliveries" integer DEFAULT 1 NOT NULL,
	"status" text DEFAULT 'received' NOT NULL,
	"error" text,
	"tenant_ref" uuid,
	"payment_id" uuid,
	"received_at" timestamp with time zone DEFAULT now() NOT NULL,
	"processed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "payment_gateways" (
	"id" uuid PRIMARY KEY NOT NULL,
	"provider" text NOT NULL,
	"name" text NOT NULL,
	"region" text,
	"active" boolean DEFAULT false NOT NULL,
	"credentials" text,
	"webhook_secrets" text,
	"tails" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"api_base_url" text,
	"settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"archived_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "payment_methods" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"gateway_id" uuid NOT NULL,
	"status" text NOT NULL,
	"external_id" text,
	"setup_id" text,
	"setup_url" text,
	"kind" text,
	"brand" text,
	"last4" text,
	"exp_month" integer,
	"exp_year" integer,
	"is_default" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "payment_methods_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "payments" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"gateway_id" uuid NOT NULL,
	"invoice_id" uuid,
	"kind" text NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"amount" numeric(38, 12) DEFAULT '0' NOT NULL,
	"currency" text NOT NULL,
	"refunded_amount" numeric(38, 12) DEFAULT '0' NOT NULL,
	"description" text NOT NULL,
	"payment_method_id" uuid,
	"method_label" text,
	"external_payment_id" text,
	"external_charge_id" text,
	"external_customer_id" text,
	"failure_code" text,
	"failure_reason" text,
	"receipt_url" text,
	"checkout_url" text,
	"initiated_by" text NOT NULL,
	"processed_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "payments_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "refunds" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"payment_id" uuid NOT NULL,
	"credit_note_id" uuid,
	"status" text DEFAULT 'pending' NOT NULL,
	"amount" numeric(38, 12) DEFAULT '0' NOT NULL,
	"currency" text NOT NULL,
	"reason" text NOT NULL,
	"external_refund_id" text,
	"failure_reason" text,
	"created_by" text NOT NULL,
	"processed_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "refunds_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "wallet_entries" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"amount" numeric(38, 12) DEFAULT '0' NOT NULL,
	"balance_after" numeric(38, 12) DEFAULT '0' NOT NULL,
	"currency" text NOT NULL,
	"description" text NOT NULL,
	"invoice_id" uuid,
	"payment_id" uuid,
	"cause" text NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "wallet_entries_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "wallets" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"currency" text NOT NULL,
	"balance" numeric(38, 12) DEFAULT '0' NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "wallets_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "invoice_lines" ADD COLUMN "discount" numeric(38, 12) DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "credited" numeric(38, 12) DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "wallet_applied" numeric(38, 12) DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "amount_paid" numeric(38, 12) DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "discount_percent" numeric(7, 4) DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "tax_mode" text DEFAULT 'exclusive' NOT NULL;--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "tax_id" text;--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "payment_method" text;--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "payment_transaction_id" text;--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "uncollectible_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "mail_messages" ADD COLUMN "attachments" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "tax_mode" text DEFAULT 'exclusive' NOT NULL;--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "tax_id" text;--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "discount_percent" numeric(7, 4) DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "credit_notes" ADD CONSTRAINT "credit_notes_tenant_id_invoice_id_invoices_tenant_id_id_fk" FOREIGN KEY ("tenant_id","invoice_id") REFERENCES "public"."invoices"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dunning_cases" ADD CONSTRAINT "dunning_cases_tenant_id_invoice_id_invoices_tenant_id_id_fk" FOREIGN KEY ("tenant_id","invoice_id") REFERENCES "public"."invoices"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payment_customers" ADD CONSTRAINT "payment_customers_gateway_id_payment_gateways_id_fk" FOREIGN KEY ("gateway_id") REFERENCES "public"."payment_gateways"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payment_events" ADD CONSTRAINT "payment_events_gateway_id_payment_gateways_id_fk" FOREIGN KEY ("gateway_id") REFERENCES "public"."payment_gateways"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payment_methods" ADD CONSTRAINT "payment_methods_gateway_id_payment_gateways_id_fk" FOREIGN KEY ("gateway_id") REFERENCES "public"."payment_gateways"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payments" ADD CONSTRAINT "payments_gateway_id_payment_gateways_id_fk" FOREIGN KEY ("gateway_id") REFERENCES "public"."payment_gateways"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payments" ADD CONSTRAINT "payments_tenant_id_invoice_id_invoices_tenant_id_id_fk" FOREIGN KEY ("tenant_id","invoice_id") REFERENCES "public"."invoices"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refunds" ADD CONSTRAINT "refunds_tenant_id_payment_id_payments_tenant_id_id_fk" FOREIGN KEY ("tenant_id","payment_id") REFERENCES "public"."payments"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "credit_notes_number_key" ON "credit_notes" USING btree ("tenant_id","number");--> statement-breakpoint
CREATE INDEX "credit_notes_invoice_idx" ON "credit_notes" USING btree ("tenant_id","invoice_id");--> statement-breakpoint
CREATE UNIQUE INDEX "dunning_cases_running_key" ON "dunning_cases" USING btree ("tenant_id","invoice_id") WHERE status in ('running', 'suspended');--> statement-breakpoint
CREATE UNIQUE INDEX "payment_customers_gateway_key" ON "payment_customers" USING btree ("tenant_id","gateway_id");--> statement-breakpoint
CREATE UNIQUE INDEX "payment_events_delivery_key" ON "payment_events" USING btree ("gateway_id","delivery_key");--> statement-breakpoint
CREATE INDEX "payment_events_time_idx" ON "payment_events" USING btree ("received_at");--> statement-breakpoint
CREATE INDEX "payment_gateways_provider_idx" ON "payment_gateways" USING btree ("provider","id");--> statement-breakpoint
CREATE UNIQUE INDEX "payment_methods_external_key" ON "payment_methods" USING btree ("tenant_id","gateway_id","external_id") WHERE external_id is not null and status = 'active';--> statement-breakpoint
CREATE UNIQUE INDEX "payment_methods_default_key" ON "payment_methods" USING btree ("tenant_id") WHERE is_default and status = 'active';--> statement-breakpoint
CREATE INDEX "payment_methods_setup_idx" ON "payment_methods" USING btree ("setup_id") WHERE setup_id is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "payments_unsettled_key" ON "payments" USING btree ("tenant_id","invoice_id") WHERE invoice_id is not null and status in ('pending', 'processing');--> statement-breakpoint
CREATE UNIQUE INDEX "payments_external_key" ON "payments" USING btree ("gateway_id","external_payment_id") WHERE external_payment_id is not null;--> statement-breakpoint
CREATE INDEX "payments_time_idx" ON "payments" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE INDEX "payments_invoice_idx" ON "payments" USING btree ("tenant_id","invoice_id");--> statement-breakpoint
CREATE INDEX "refunds_payment_idx" ON "refunds" USING btree ("tenant_id","payment_id");--> statement-breakpoint
CREATE UNIQUE INDEX "wallet_entries_cause_key" ON "wallet_entries" USING btree ("tenant_id","cause");--> statement-breakpoint
CREATE INDEX "wallet_entries_time_idx" ON "wallet_entries" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "wallets_currency_key" ON "wallets" USING btree ("tenant_id","currency");
--> statement-breakpoint
-- Every provider the product names has its row; an account is set up by filling it. The last one is the bank transfer.
INSERT INTO "payment_gateways" ("id", "provider", "name", "active") VALUES
  ('01900000-0000-7000-8000-000000000001', 'stripe', 'Stripe', true),
  ('01900000-0000-7000-8000-000000000002', 'paypal', 'PayPal', false),
  ('01900000-0000-7000-8000-000000000003', 'razorpay', 'Razorpay', false),
  ('01900000-0000-7000-8000-000000000004', 'mercadopago', 'Mercado Pago', false),
  ('01900000-0000-7000-8000-000000000005', 'flutterwave', 'Flutterwave', false),
  ('01900000-0000-7000-8000-000000000006', 'paytabs', 'PayTabs', false),
  ('01900000-0000-7000-8000-000000000007', 'paddle', 'Paddle', false),
  ('01900000-0000-7000-8000-000000000008', 'paytm', 'Paytm', false),
  ('01900000-0000-7000-8000-000000000009', 'instamojo', 'Instamojo', false),
  ('01900000-0000-7000-8000-000000000010', 'cashfree', 'Cashfree', false),
  ('01900000-0000-7000-8000-000000000011', 'payu', 'PayU', false),
  ('01900000-0000-7000-8000-000000000012', 'mollie', 'Mollie', false),
  ('01900000-0000-7000-8000-000000000013', 'square', 'Square', false),
  ('01900000-0000-7000-8000-000000000014', 'braintree', 'Braintree', false),
  ('01900000-0000-7000-8000-000000000015', 'authorize', 'Authorize.Net', false),
  ('01900000-0000-7000-8000-000000000016', 'twocheckout', '2Checkout', false),
  ('01900000-0000-7000-8000-000000000017', 'paystack', 'Paystack', false),
  ('01900000-0000-7000-8000-000000000018', 'coinbase', 'Coinbase', false),
  ('01900000-0000-7000-8000-000000000019', 'payfast', 'PayFast', false),
  ('01900000-0000-7000-8000-000000000020', 'xendit', 'Xendit', false),
  ('01900000-0000-7000-8000-000000000021', 'manual', 'Bank transfer', true);
--> statement-breakpoint
ALTER TABLE "payments" ADD CONSTRAINT "payments_refunded_within" CHECK ("refunded_amount" >= 0 AND "refunded_amount" <= "amount");
--> statement-breakpoint
ALTER TABLE "wallets" ADD CONSTRAINT "wallets_not_overdrawn" CHECK ("balance" >= 0);
--> statement-breakpoint
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_due_adds_up"
  CHECK ("status" IN ('draft', 'void') OR "amount_due" = "total" - "credited" - "wallet_applied" - "amount_paid");
