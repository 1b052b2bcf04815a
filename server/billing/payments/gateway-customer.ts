import { withTenant } from "#db/tenant.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import type { GatewayAccount, PaymentGateway } from "#server/providers/payments/payment-gateway.ts";

type Usable = { id: string; adapter: PaymentGateway; account: GatewayAccount };

/** The tenant's customer id at a provider, made on first use; null where the provider knows no customers. */
export async function gatewayCustomer(tenantId: TenantId, gateway: Usable): Promise<string | null> {
  const { adapter, account, id: gatewayId } = gateway;
  if (!adapter.createCustomer) return null;
  const [row] = await withTenant(
    tenantId,
    (tx) => tx.sql`select t.name, t.billing_email, c.external_id from tenants t
      left join payment_customers c on c.tenant_id = t.id and c.gateway_id = ${gatewayId} where t.id = ${tenantId}`,
  );
  if (row?.external_id) return row.external_id as string;
  const asked = { key: tenantId, tenantId, name: row?.name as string, email: row?.billing_email as string };
  const externalId = await adapter.createCustomer(account, asked);
  const [kept] = await withTenant(tenantId, async (tx) => {
    await tx.sql`insert into payment_customers (tenant_id, id, gateway_id, external_id)
      values (${tenantId}, ${newId()}, ${gatewayId}, ${externalId}) on conflict do nothing`;
    return tx.sql`select external_id from payment_customers where tenant_id = ${tenantId} and gateway_id = ${gatewayId}`;
  });
  return kept?.external_id as string;
}
