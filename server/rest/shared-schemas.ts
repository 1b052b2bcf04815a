type Schema = Record<string, unknown>;

/**
 * Definitions that several schemas of one document share. A JSON Schema made on its own keeps its recursive parts in
 * `$defs` and points to them from its root; inside a document that root is another one, so they move to
 * `components/schemas`, equal ones once.
 */
export class SharedSchemas {
  readonly all: Record<string, unknown> = {};
  private readonly names = new Map<string, string>();

  /** The schema without `$defs`, pointing to where they lie now. */
  hoist({ $defs = {}, ...schema }: Schema): Schema {
    let text = JSON.stringify(schema);
    for (const [local, definition] of Object.entries($defs as Record<string, unknown>)) {
      const pointer = `"#/$defs/${local}"`;
      const known = this.names.get(`${local} ${JSON.stringify(definition)}`);
      const name = known ?? `Shared${this.names.size + 1}`;
      const target = `"#/components/schemas/${name}"`;
      if (!known) {
        this.names.set(`${local} ${JSON.stringify(definition)}`, name);
        this.all[name] = JSON.parse(JSON.stringify(definition).replaceAll(pointer, target));
      }
      text = text.replaceAll(pointer, target);
    }
    return JSON.parse(text) as Schema;
  }
}
