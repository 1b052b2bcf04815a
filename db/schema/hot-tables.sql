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
