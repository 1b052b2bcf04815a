import { AppError } from "./app-error.ts";
import { isUuid } from "./id.ts";

declare const tenantBrand: unique symbol;

/** A tenant's id that somebody proved: minted from a membership, an API key, a channel or a parsed event only. */
export type TenantId = string & { readonly [tenantBrand]: true };

/** Mints a tenant id from a text that a proof vouches for. Throws `invalid` when it is no UUID. */
export function tenantIdFrom(text: string): TenantId {
  if (!isUuid(text)) throw new AppError("invalid", "tenants.id_invalid", "A tenant id is a UUID.");
  return text.toLowerCase() as TenantId;
}
