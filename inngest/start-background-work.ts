import { registerMeterTimers } from "#server/billing/meter/owe-usage.ts";
import { registerPaymentTimers } from "#server/billing/payments/dunning.ts";
import { registerBillingTimers } from "#server/billing/subscriptions/register-timers.ts";
import { startHousekeeping } from "#server/housekeeping/start-housekeeping.ts";
import { registerConversationTimers } from "#server/inbox/turn/register-timers.ts";
import { startDurableWork } from "./start.ts";

/** Everything that runs without a request: timers, functions, the outbox relay, the small chores. */
export async function startBackgroundWork(): Promise<void> {
  registerConversationTimers();
  registerBillingTimers();
  registerMeterTimers();
  registerPaymentTimers();
  await startDurableWork();
  startHousekeeping();
}
