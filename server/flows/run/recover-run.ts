import { withTenant } from "#db/tenant.ts";
import { advance } from "#domain/flows/run/advance.ts";
import type { Advance, Command, RunEvent } from "#domain/flows/run/state.ts";
import { settleLostAttempts } from "#server/ai/recover-attempts.ts";
import { isRepeatable } from "#server/connectors/call-endpoint.ts";
import { getLiveConnector } from "#server/connectors/live-connector.ts";
import { type Drive, type DriveEnd, driveRun } from "./drive-run.ts";
import { effectKey, messageKey, type RunHost } from "./run-host.ts";

/** A message whose attempt began and never ended: uncertain, shown as such, never sent again by itself. */
async function recoverMessage(host: RunHost, command: Command): Promise<RunEvent> {
  const key = messageKey(host.executionId, command);
  const rows = await withTenant(
    host.tenantId,
    (tx) => tx.sql`
    with message as (
      select id from messages where tenant_id = ${host.tenantId} and effect_key = ${key}
    ), carried as (
      update channel_messages set uncertain = true,
        error_reason = 'Aurora stopped while the message was being sent. The provider''s status settles it.'
      where tenant_id = ${host.tenantId} and message_id in (select id from message) and status = 'sending' returning id
    ), attempt as (
      update delivery_attempts set outcome = 'uncertain', ended_at = clock_timestamp()
      where tenant_id = ${host.tenantId} and channel_message_id in (select id from carried) and outcome = 'pending'
    )
    select id from message`,
  );
  return { type: "effect_succeeded", output: { messageId: (rows[0]?.id as string | undefined) ?? null } };
}

/** A write that left without an answer is repeated only where the endpoint makes that safe; else it takes the error line. */
async function recoverCall(
  host: RunHost,
  command: Extract<Command, { type: "call_api" }>,
): Promise<RunEvent | null> {
  const connector = await getLiveConnector(host.tenantId, command.connectorId).catch(() => null);
  const endpoint = connector?.endpoints.get(command.endpointId);
  if (endpoint && isRepeatable(endpoint)) return null;
  const key = effectKey(host.executionId, command);
  await withTenant(
    host.tenantId,
    (tx) => tx.sql`
    update connector_logs set status = 'uncertain', error = 'Aurora stopped before the answer came.'
    where tenant_id = ${host.tenantId} and effect_key = ${key} and status = 'pending'`,
  );
  return {
    type: "effect_failed",
    error: "It is not known whether the call was carried out.",
    retryable: false,
  };
}

/** Goes on with a run that a dead process left in the middle of an effect. */
export async function recoverRun(
  host: RunHost,
  command: Command | null,
  giveBack: NonNullable<Drive["giveBack"]>,
): Promise<DriveEnd> {
  if (!command) {
    const event: RunEvent = { type: "effect_failed", error: "The run was interrupted.", retryable: false };
    return driveRun(host, advance(host.version.snapshot, host.state, event), { giveBack });
  }
  const again: Advance = { state: host.state, command, steps: [], taken: [] };
  if (command.type === "call_ai") {
    const attempt = await settleLostAttempts(host.tenantId, effectKey(host.executionId, command));
    return driveRun(host, again, { attempt, giveBack });
  }
  const event =
    command.type === "call_api" ? await recoverCall(host, command) : await recoverMessage(host, command);
  return driveRun(host, event ? advance(host.version.snapshot, host.state, event) : again, { giveBack });
}
