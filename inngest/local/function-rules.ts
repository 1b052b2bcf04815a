import { durationMs } from "./duration.ts";
import { holds } from "./expression.ts";
import type { EventPayload } from "./protocol.ts";

/** A function's configuration as the SDK announces it on a sync. */
export type FunctionConfig = {
  id: string;
  name?: string;
  triggers: ({ event: string; expression?: string } | { cron: string; jitter?: string })[];
  steps: Record<string, { retries?: { attempts?: number } }>;
  idempotency?: string;
  batchEvents?: { maxSize: number; timeout: string; key?: string; if?: string };
  rateLimit?: { key?: string; limit: number; period: string };
  throttle?: { key?: string; limit: number; period: string; burst?: number };
  singleton?: { key?: string; mode: "skip" | "cancel" };
  cancel?: { event: string; if?: string; timeout?: string }[];
  debounce?: { key?: string; period: string; timeout?: string };
  timeouts?: { start?: string; finish?: string };
  priority?: { run?: string };
  concurrency?: number | Concurrency | Concurrency[];
};

export type Concurrency = { limit: number; key?: string; scope?: "fn" | "env" | "account" };

/** The same, read once into what the executor asks of it. */
export type FunctionRule = {
  id: string;
  maxAttempts: number;
  events: { name: string; expression?: string }[];
  crons: string[];
  concurrency: Concurrency[];
  config: FunctionConfig;
  /** No flow control at all: its runs are created in bulk. */
  plain: boolean;
};

/** What Inngest's server retries when a function does not say. */
const DEFAULT_RETRIES = 4;

function concurrencyOf(config: FunctionConfig): Concurrency[] {
  const given = config.concurrency;
  if (given === undefined) return [];
  if (typeof given === "number") return given > 0 ? [{ limit: given }] : [];
  return (Array.isArray(given) ? given : [given]).filter((rule) => rule.limit > 0);
}

function checkDurations(config: FunctionConfig): void {
  const texts = [
    config.batchEvents?.timeout,
    config.rateLimit?.period,
    config.throttle?.period,
    config.debounce?.period,
    config.debounce?.timeout,
    config.timeouts?.start,
    config.timeouts?.finish,
  ];
  for (const text of texts) if (text !== undefined) durationMs(text);
}

/** Reads one announced configuration. Throws when a duration in it cannot be read. */
export function readRule(config: FunctionConfig): FunctionRule {
  checkDurations(config);
  const events = config.triggers.flatMap((trigger) =>
    "event" in trigger ? [{ name: trigger.event, expression: trigger.expression }] : [],
  );
  const crons = config.triggers.flatMap((trigger) => ("cron" in trigger ? [trigger.cron] : []));
  const concurrency = concurrencyOf(config);
  const { idempotency, batchEvents, rateLimit, throttle, singleton, cancel, debounce, timeouts } = config;
  const special = idempotency ?? batchEvents ?? rateLimit ?? throttle ?? singleton ?? debounce ?? timeouts;
  return {
    id: config.id,
    maxAttempts: (config.steps.step?.retries?.attempts ?? DEFAULT_RETRIES) + 1,
    events,
    crons,
    concurrency,
    config,
    plain: !special && !cancel?.length && concurrency.length === 0 && !config.priority?.run,
  };
}

/** Which functions an event starts. */
export class Router {
  readonly rules: ReadonlyMap<string, FunctionRule>;
  private readonly byEvent = new Map<string, { rule: FunctionRule; expression?: string }[]>();
  readonly cancelNames: ReadonlySet<string>;

  constructor(configs: FunctionConfig[]) {
    const rules = configs.map(readRule);
    this.rules = new Map(rules.map((rule) => [rule.id, rule]));
    this.cancelNames = new Set(configs.flatMap((config) => (config.cancel ?? []).map((rule) => rule.event)));
    for (const rule of rules) {
      for (const trigger of rule.events) {
        const listed = this.byEvent.get(trigger.name) ?? [];
        listed.push({ rule, expression: trigger.expression });
        this.byEvent.set(trigger.name, listed);
      }
    }
  }

  /** Whether any function holds events back or runs on a schedule. */
  get hasHolds(): boolean {
    return [...this.rules.values()].some(({ config }) => config.debounce || config.batchEvents);
  }

  get hasCrons(): boolean {
    return [...this.rules.values()].some((rule) => rule.crons.length > 0);
  }

  get functionIds(): string[] {
    return [...this.rules.keys()];
  }

  /** Whether any function is started or cancelled by events of this name. */
  knows(name: string): boolean {
    return this.byEvent.has(name) || this.cancelNames.has(name) || this.byEvent.has(prefixOf(name));
  }

  match(event: EventPayload): FunctionRule[] {
    const found = new Set<FunctionRule>();
    for (const name of [event.name, prefixOf(event.name)]) {
      for (const { rule, expression } of this.byEvent.get(name) ?? []) {
        if (!expression || holds(expression, { event })) found.add(rule);
      }
    }
    return [...found];
  }
}

/** `shop/order.paid` also matches triggers on `shop/*`. */
function prefixOf(name: string): string {
  const slash = name.indexOf("/");
  return slash > 0 ? `${name.slice(0, slash)}/*` : "*";
}
