import { inflateSync } from "node:zlib";

/** The words on a PDF's pages, one piece of text a line. */
export function wordsOf(pdf: Buffer): string {
  const source = pdf.toString("latin1");
  const texts: string[] = [];
  for (const [, length, rest] of source.matchAll(/\/Length (\d+)[\s\S]*?stream\n([\s\S]*?)endstream/g)) {
    const packed = Buffer.from((rest ?? "").slice(0, Number(length)), "latin1");
    const content = inflateSync(packed).toString("latin1");
    for (const [, shown = ""] of content.matchAll(/\[([^\]]*)\] TJ/g)) {
      texts.push(
        [...shown.matchAll(/<([0-9a-f]+)>/g)]
          .map(([, hex = ""]) => Buffer.from(hex, "hex").toString("latin1"))
          .join(""),
      );
    }
  }
  return texts.join("\n");
}
