export type Row = Record<string, unknown>;

/** A connector as the API shows it; credentials as masked tails. */
export function connectorView(row: Row) {
  return {
    id: String(row.id),
    name: String(row.name),
    preset: String(row.preset),
    type: String(row.type),
    baseUrl: String(row.base_url),
    authentication: String(row.authentication),
    credentials: row.credential_tails as Record<string, string>,
    headers: row.headers as Record<string, string>,
    timeoutSeconds: Number(row.timeout_seconds),
    retryCount: Number(row.retry_count),
    status: String(row.status),
    lastError: (row.last_error as string | null) ?? null,
    consecutiveErrors: Number(row.consecutive_errors),
    lastTestAt: (row.last_test_at as string | null) ?? null,
    lastTestResult: (row.last_test_result as string | null) ?? null,
    createdAt: String(row.created_at),
    updatedAt: String(row.updated_at),
  };
}

export function endpointView(row: Row) {
  return {
    id: String(row.id),
    connectorId: String(row.connector_id),
    name: String(row.name),
    method: String(row.method),
    pathTemplate: String(row.path_template),
    queryTemplate: row.query_template as Record<string, string>,
    headerTemplate: row.header_template as Record<string, string>,
    bodyTemplate: row.body_template ?? null,
    responseMapping: row.response_mapping as Record<string, string>,
    cacheSeconds: Number(row.cache_seconds),
    idempotencyHeader: (row.idempotency_header as string | null) ?? null,
    createdAt: String(row.created_at),
    updatedAt: String(row.updated_at),
  };
}

export function logView(row: Row) {
  return {
    id: String(row.id),
    connectorId: String(row.connector_id),
    endpointId: (row.endpoint_id as string | null) ?? null,
    conversationId: (row.conversation_id as string | null) ?? null,
    flowExecutionId: (row.flow_execution_id as string | null) ?? null,
    nodeId: (row.node_key as string | null) ?? null,
    method: String(row.method),
    url: String(row.url),
    request: row.request,
    response: row.response ?? null,
    statusCode: (row.status_code as number | null) ?? null,
    success: (row.success as boolean | null) ?? null,
    status: String(row.status),
    attempts: Number(row.attempts),
    error: (row.error as string | null) ?? null,
    startedAt: String(row.started_at),
    durationMs: (row.duration_ms as number | null) ?? null,
  };
}
