import type { InngestFunction } from "inngest";

/** Every function of the house, served at /api/inngest and run by the embedded executor alike. */
export const functions: InngestFunction.Any[] = [];
