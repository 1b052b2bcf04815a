import { createHmac } from "node:crypto";
import type { BuiltRequest } from "#domain/connectors/request-template.ts";
import type { LiveConnector } from "./live-connector.ts";

const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

/** The headers by which a connector proves itself, from its preset or its way of authentication. */
function proof(
  { preset, authentication, credentials: c }: LiveConnector,
  request: BuiltRequest,
): Record<string, string> {
  if (preset === "shopify") return c.accessToken ? { "x-shopify-access-token": c.accessToken } : {};
  if (preset === "woocommerce") return { authorization: basic(c.consumerKey ?? "", c.consumerSecret ?? "") };
  switch (authentication) {
    case "bearer":
      return { authorization: `Bearer ${c.token ?? c.accessToken ?? ""}` };
    case "api_key":
      return { [(c.headerName ?? "x-api-key").toLowerCase()]: c.apiKey ?? "" };
    case "basic":
      return { authorization: basic(c.username ?? "", c.password ?? "") };
    case "hmac":
      return {
        "x-signature": createHmac("sha256", c.secret ?? "")
          .update(request.body ?? "")
          .digest("hex"),
      };
    default:
      return {};
  }
}

/** The request with the connector's own headers and its proof. An endpoint's header never replaces the proof. */
export function authenticate(connector: LiveConnector, request: BuiltRequest): BuiltRequest {
  const own = Object.fromEntries(
    Object.entries(connector.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const type: Record<string, string> = request.body === null ? {} : { "content-type": "application/json" };
  return {
    ...request,
    headers: {
      accept: "application/json",
      ...type,
      ...own,
      ...request.headers,
      ...proof(connector, request),
    },
  };
}
