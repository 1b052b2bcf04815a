import { z } from "zod";
import { priceListInput } from "#domain/billing/price-import.ts";
import { paging } from "#domain/core/paging.ts";
import { instantInput } from "#domain/core/time-input.ts";
import { actorLabel } from "#server/trpc/context.ts";
import { platformMutation, platformQuery, router } from "#server/trpc/procedures.ts";
import { importPrices, listPriceImports } from "./price-imports.ts";
import {
  acceptInsideBand,
  acceptPriceProposal,
  getPriceProposal,
  listPriceProposals,
  PROPOSAL_STATES,
  rejectPriceProposal,
} from "./price-proposals.ts";

const id = z.uuid();

/** Price lists and what they propose. */
export const priceImportsRouter = router({
  list: platformQuery({ route: "GET /price-imports", summary: "List price lists that were handed in" })
    .input(z.strictObject(paging))
    .query(({ input }) => listPriceImports(input)),
  create: platformMutation({
    route: "POST /price-imports",
    summary: "Hand in a list of provider prices; each line becomes a proposal, nothing is applied",
    status: 201,
    example: {
      source: "openai.com, November",
      validFrom: "2099-01-01T00:00:00.000Z",
      prices: [
        {
          provider: "example",
          model: "example-1",
          serviceType: "token",
          currency: "USD",
          unit: "per_1m_tokens",
          parts: { input: "2.50", output: "10" },
        },
      ],
    },
  })
    .input(priceListInput)
    .mutation(({ ctx, input }) => importPrices(input, actorLabel(ctx.principal))),
  accept: platformMutation({
    route: "POST /price-imports/{id}/accept",
    summary: "Accept what a list proposes inside the sanity band, and its new models where told",
    example: { newModels: false },
  })
    .input(z.strictObject({ id, newModels: z.boolean().default(false) }))
    .mutation(({ ctx, input }) =>
      acceptInsideBand({ importId: input.id, newModels: input.newModels }, actorLabel(ctx.principal)),
    ),
});

/** Proposed prices, one by one. */
export const priceProposalsRouter = router({
  list: platformQuery({
    route: "GET /price-proposals",
    summary: "List proposed prices, the open ones unless told",
  })
    .input(z.strictObject({ ...paging, status: z.enum(PROPOSAL_STATES).optional(), importId: id.optional() }))
    .query(({ input }) => listPriceProposals(input)),
  get: platformQuery({ route: "GET /price-proposals/{id}", summary: "Read a proposed price" })
    .input(z.strictObject({ id }))
    .query(({ input }) => getPriceProposal(input.id)),
  accept: platformMutation({
    route: "POST /price-proposals/{id}/accept",
    summary: "Make a proposed price a price; outside the sanity band only when confirmed",
    example: { confirm: true },
  })
    .input(z.strictObject({ id, validFrom: instantInput.optional(), confirm: z.boolean().default(false) }))
    .mutation(({ ctx, input }) => acceptPriceProposal(input, actorLabel(ctx.principal))),
  reject: platformMutation({
    route: "POST /price-proposals/{id}/reject",
    summary: "Put a proposed price aside",
    example: {},
  })
    .input(z.strictObject({ id }))
    .mutation(({ ctx, input }) => rejectPriceProposal(input.id, actorLabel(ctx.principal))),
});
