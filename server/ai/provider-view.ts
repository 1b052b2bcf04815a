import type { AppError } from "#domain/core/app-error.ts";

export type ProviderRow = Record<string, unknown>;

/** A provider as the API shows it. Of a platform's provider a tenant sees name and model, never key or address. */
export function providerView(
  row: ProviderRow,
  options: { isDefault: boolean; platform: boolean; staff?: boolean },
) {
  const hidden = options.platform && !options.staff;
  return {
    id: String(row.id),
    name: String(row.name),
    type: String(row.type),
    managedBy: options.platform ? ("platform" as const) : ("tenant" as const),
    apiBaseUrl: hidden ? null : ((row.api_base_url as string | null) ?? null),
    apiKey: hidden ? null : ((row.api_key_tail as string | null) ?? null),
    model: String(row.model),
    isDefault: options.isDefault,
    priority: Number(row.priority),
    active: Boolean(row.active),
    settings: row.settings as Record<string, number>,
    requestCount: Number(row.request_count),
    errorCount: Number(row.error_count),
    tokenCount: Number(row.token_count),
    totalCost: hidden ? null : String(row.total_cost),
    currency: "USD",
    lastTestAt: (row.last_test_at as string | null) ?? null,
    lastTestResult: (row.last_test_result as string | null) ?? null,
    createdAt: String(row.created_at),
    updatedAt: String(row.updated_at),
  };
}

export type ProviderProblem = AppError;
