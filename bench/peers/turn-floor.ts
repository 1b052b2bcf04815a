import { createPool } from "#db/client.ts";
import { newId } from "#domain/core/id.ts";

/** Rows that a turn must leave behind, transaction by transaction: each has to be durable before what follows it. */
const ROWS_OF_TRANSACTIONS = [2, 8, 8, 8, 9, 6];
const BODY = JSON.stringify({ text: "x".repeat(300) });

/** A turn made of nothing but bare INSERTs: the same number of durable commits and rows, no reads, no rules, no calls. */
export class TurnFloor {
  private readonly sql;

  constructor(url: string, connections: number) {
    this.sql = createPool(url, { max: connections, applicationName: "bench-floor" });
  }

  async open(): Promise<void> {
    await this
      .sql`create table if not exists bench_floor (tenant_id uuid, id uuid, body jsonb, at timestamptz default now(),
      primary key (tenant_id, id))`;
  }

  async turn(): Promise<void> {
    const tenant = newId();
    for (const rows of ROWS_OF_TRANSACTIONS) {
      const ids = Array.from({ length: rows }, () => newId());
      await this.sql.begin((tx) =>
        Promise.all(
          ids.map(
            (id) => tx`insert into bench_floor (tenant_id, id, body) values (${tenant}, ${id}, ${BODY})`,
          ),
        ),
      );
    }
  }

  async close(): Promise<void> {
    await this.sql.end();
  }
}
