import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useTestDatabase } from "#db/testing/database.ts";
import { handleRestRequest } from "#server/rest/handle-request.ts";
import { createOwnerKey } from "#server/tenants/create-tenant.ts";
import { issueCreditNote, refundPayment } from "../payments/credit-invoice.ts";
import { markInvoicePaid } from "../payments/mark-paid.ts";
import { payInvoice } from "../payments/pay-invoice.ts";
import { addPaymentMethod } from "../payments/payment-methods.ts";
import { makeDebtor, makeDraft, openStripe, staff } from "../payments/testing/payment-world.ts";
import { wordsOf } from "../testing/pdf-words.ts";
import { getAnyInvoice, voidInvoice } from "./read-invoice.ts";
import { getInvoiceLimits, listInvoiceMails, listInvoiceRefunds, sendInvoiceAgain } from "./staff-invoice.ts";

useTestDatabase();

let stripe: Awaited<ReturnType<typeof openStripe>>;
beforeAll(async () => {
  stripe = await openStripe();
});
afterAll(() => stripe.close());

describe("how far staff's deeds reach", () => {
  it("follows what is due, credited, paid and given back, and the deeds take exactly so much", async () => {
    const debtor = await makeDebtor("100.00");
    const { invoiceId: id } = debtor;
    expect(await getInvoiceLimits(id)).toEqual({
      currency: "USD",
      due: "100.00",
      creditable: "100.00",
      payments: [],
    });
    await issueCreditNote(staff, { invoiceId: id, amount: "10.00", reason: "Goodwill", settleAs: "wallet" });
    expect(await getInvoiceLimits(id)).toMatchObject({ due: "90.00", creditable: "90.00" });
    const tooMuch = { kind: "conflict", message: "amount: only 90.00 USD are due." };
    await expect(markInvoicePaid(staff, { id, reference: "B-1", amount: "90.01" })).rejects.toMatchObject(
      tooMuch,
    );
    await markInvoicePaid(staff, { id, reference: "B-2", amount: "40.00" });
    expect((await getInvoiceLimits(id)).payments).toMatchObject([
      { amount: "40.00", refundable: "0.00", reason: expect.stringContaining("credit note") },
    ]);
    await addPaymentMethod(debtor.actor, { externalMethodId: "pm_staff_1", isDefault: true });
    const paid = await payInvoice(debtor.actor, { id, source: "gateway" });
    const limits = await getInvoiceLimits(id);
    expect(limits).toMatchObject({ due: "0.00", creditable: "90.00" });
    expect(limits.payments.map((one) => [one.refundable, one.reason])).toEqual([
      ["40.00", null],
      ["50.00", null],
    ]);
    const paymentId = paid?.id ?? "";
    const over = refundPayment(staff, { paymentId, amount: "50.01", reason: "Too much" });
    await expect(over).rejects.toMatchObject({
      code: "refunds.too_much",
      message: "amount: of this payment, 50.00 USD can still be given back.",
    });
    await refundPayment(staff, { paymentId, amount: "20.00", reason: "Too much" });
    const after = await getInvoiceLimits(id);
    expect([after.creditable, after.payments.map((one) => one.refundable)]).toEqual([
      "70.00",
      ["40.00", "30.00"],
    ]);
    expect((await listInvoiceRefunds(id)).data).toMatchObject([{ amount: "20.00", status: "succeeded" }]);
  });

  it("is nothing for a draft and for a void invoice", async () => {
    const nothing = { due: "0.00", creditable: "0.00", payments: [] };
    expect(await getInvoiceLimits(await makeDraft())).toMatchObject(nothing);
    const { invoiceId } = await makeDebtor("10.00");
    await voidInvoice(invoiceId);
    expect(await getInvoiceLimits(invoiceId)).toMatchObject(nothing);
    expect((await getAnyInvoice(invoiceId)).history.map((one) => one.status)).toEqual(["open", "void"]);
  });
});

describe("an invoice's mail", () => {
  it("is listed, and sent again as often as staff ask for it", async () => {
    const { invoiceId } = await makeDebtor("10.00");
    expect((await listInvoiceMails(invoiceId)).data).toEqual([]);
    await sendInvoiceAgain(staff, invoiceId);
    const { data } = await sendInvoiceAgain(staff, invoiceId);
    expect(data).toHaveLength(2);
    expect(data[0]).toMatchObject({
      to: ["billing@example.com"],
      subject: "Invoice INV-2025-01-001: 10.00 USD",
      status: "kept",
    });
    const draft = sendInvoiceAgain(staff, await makeDraft());
    await expect(draft).rejects.toMatchObject({ code: "invoices.draft" });
  });
});

describe("the files of an invoice", () => {
  it("agree as downloaded: the PDF prints the SHA-256 of the CSV's very bytes", async () => {
    const { tenantId, invoiceId } = await makeDebtor("10.00");
    const key = await createOwnerKey(tenantId, "Owner", true);
    const load = async (path: string) => {
      const url = `http://house.test/api/v1${path}`;
      const request = new Request(url, { headers: { authorization: `Bearer ${key}` } });
      const response = await handleRestRequest(
        request,
        "tenant",
        path.slice(1).split("?")[0]?.split("/") ?? [],
      );
      expect(response.status).toBe(200);
      return Buffer.from(await response.arrayBuffer());
    };
    const csv = await load(`/invoices/${invoiceId}/export.csv`);
    const pdf = await load(`/invoices/${invoiceId}/pdf`);
    expect(wordsOf(pdf)).toContain(createHash("sha256").update(csv).digest("hex"));
  });
});
