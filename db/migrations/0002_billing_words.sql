-- Periods are named as in the seeds.
alter table usage_quotas drop constraint usage_quotas_words;
--> statement-breakpoint
alter table usage_quotas add constraint usage_quotas_words check (
  measure in ('money', 'quantity') and period in ('daily', 'weekly', 'monthly')
  and on_exceed in ('pause', 'notify', 'throttle', 'fallback_model') and counts in ('recorded', 'billable')
  and used >= 0 and reserved >= 0 and limit_amount >= 0
);
--> statement-breakpoint
alter table cost_alerts alter column period set default 'monthly';
--> statement-breakpoint
alter table cost_alerts add constraint cost_alerts_words check (
  period in ('daily', 'weekly', 'monthly') and counts in ('recorded', 'billable') and budget > 0
);
