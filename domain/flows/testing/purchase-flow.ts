import { productPurchaseFlow } from "../examples/product-purchase.ts";

/** The demo's Product Purchase flow with fixed ids, for tests of the engine and the validator. */
export const purchaseFlow = productPurchaseFlow({
  connectorId: "connector",
  getProductId: "get-product",
  createOrderId: "create-order",
  templateId: "template",
});
