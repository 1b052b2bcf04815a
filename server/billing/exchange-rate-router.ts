import { z } from "zod";
import { exchangeRateInput } from "#domain/billing/exchange-rate.ts";
import { paging } from "#domain/core/paging.ts";
import { actorLabel } from "#server/trpc/context.ts";
import { platformMutation, platformQuery, router } from "#server/trpc/procedures.ts";
import {
  createExchangeRate,
  deleteExchangeRate,
  getExchangeRate,
  listExchangeRates,
  listMissingRates,
} from "./exchange-rates.ts";

const byId = z.strictObject({ id: z.uuid() });

/** What prices in one currency are billed at in another. */
export const exchangeRatesRouter = router({
  list: platformQuery({
    route: "GET /exchange-rates",
    summary: "List exchange rates, the latest month first",
  })
    .input(z.strictObject(paging))
    .query(({ input }) => listExchangeRates(input)),
  missing: platformQuery({
    route: "GET /missing-exchange-rates",
    summary: "List pairs of currencies that are needed and have no rate: their costs count one to one",
  })
    .input(z.strictObject({}))
    .query(async () => ({ data: await listMissingRates() })),
  get: platformQuery({ route: "GET /exchange-rates/{id}", summary: "Read an exchange rate" })
    .input(byId)
    .query(({ input }) => getExchangeRate(input.id)),
  create: platformMutation({
    route: "POST /exchange-rates",
    summary: "Enter an exchange rate from a billing month on",
    status: 201,
    example: { base: "USD", quote: "EUR", month: "2099-01", rate: "0.92" },
  })
    .input(exchangeRateInput)
    .mutation(({ ctx, input }) => createExchangeRate(input, actorLabel(ctx.principal))),
  delete: platformMutation({
    route: "DELETE /exchange-rates/{id}",
    summary: "Take back an exchange rate that converted nothing yet",
    status: 204,
  })
    .input(byId)
    .mutation(({ input }) => deleteExchangeRate(input.id)),
});
