import PDFDocument from "pdfkit";
import type { Invoice, InvoiceLine } from "./invoice-view.ts";

type PrintedDays = {
  count: number;
  shown: { day: string; requests: number; amount: string; amountExact: string }[];
};

/** Everything that stands on a printed invoice. */
export type PrintedInvoice = {
  invoice: Invoice;
  lines: (InvoiceLine & { days: PrintedDays })[];
  taxRates: { rates: string[]; tax: string };
  csv: { fileName: string; sha256: string };
  link: string;
};

const INK = "#16181d";
const SOFT = "#5b6270";
const RULE = "#d9dce3";
const LEFT = 48;
const RIGHT = 547;
const BOTTOM = 780;
const COLUMNS = { quantity: 330, exact: 420, amount: RIGHT } as const;

type Doc = PDFKit.PDFDocument;

/** The built-in fonts hold Western letters; what they lack is shown as a question mark instead of a broken sign. */
function printable(text: string): string {
  return text
    .normalize("NFC")
    .replace(/[^\u0020-\u007e\u00a0-\u00ff\u2013\u2014\u2018\u2019\u201c\u201d\u2022\u2026\u20ac\n]/g, "?");
}

function put(
  doc: Doc,
  text: string,
  x: number,
  y: number,
  more: { size?: number; bold?: boolean; soft?: boolean; width?: number; right?: number } = {},
) {
  doc
    .font(more.bold ? "Helvetica-Bold" : "Helvetica")
    .fontSize(more.size ?? 9)
    .fillColor(more.soft ? SOFT : INK);
  const shown = printable(text);
  const at = more.right === undefined ? x : more.right - doc.widthOfString(shown);
  doc.text(shown, at, y, {
    lineBreak: more.width !== undefined,
    ...(more.width ? { width: more.width } : {}),
  });
}

function rule(doc: Doc, y: number): void {
  doc.moveTo(LEFT, y).lineTo(RIGHT, y).lineWidth(0.5).strokeColor(RULE).stroke();
}

/** Begins a page when fewer than `height` points are left, and tells where to go on. */
function room(doc: Doc, y: number, height: number): number {
  if (y + height <= BOTTOM) return y;
  doc.addPage();
  return 56;
}

const dayText = (iso: string, zone: string) =>
  new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(new Date(iso));

function head(doc: Doc, { invoice }: PrintedInvoice): number {
  const zone = invoice.timezone;
  const lastDay = new Date(Date.parse(invoice.periodEnd) - 1).toISOString();
  put(doc, "Invoice", LEFT, 48, { size: 22, bold: true });
  put(doc, invoice.number ?? "", 0, 54, { size: 13, bold: true, right: RIGHT });
  put(doc, `Status: ${invoice.status.replaceAll("_", " ")}`, 0, 72, { soft: true, right: RIGHT });
  const facts: [string, string][] = [
    ["Billing period", `${dayText(invoice.periodStart, zone)} to ${dayText(lastDay, zone)}`],
    ["Time zone", zone.replaceAll("_", " ")],
    ["Issued", invoice.issuedAt ? dayText(invoice.issuedAt, zone) : ""],
    ["Due", invoice.dueAt ? dayText(invoice.dueAt, zone) : ""],
    ["Currency", invoice.currency],
    ...invoice.exchangeRates.map(({ base, quote, month, rate }): [string, string] => [
      `Rate of ${month}`,
      `1 ${base} = ${rate} ${quote}`,
    ]),
  ];
  put(doc, "Billed to", LEFT, 100, { soft: true });
  put(doc, invoice.billingName, LEFT, 114, { bold: true, width: 230 });
  const address = [
    invoice.billingAddress,
    invoice.billingEmail,
    invoice.taxId ? `Tax id ${invoice.taxId}` : null,
  ];
  put(doc, address.filter(Boolean).join("\n"), LEFT, doc.y + 2, { width: 230 });
  const end = doc.y;
  let y = 100;
  for (const [label, value] of facts) {
    put(doc, label, 320, y, { soft: true });
    put(doc, value, 0, y, { right: RIGHT });
    y += 15;
  }
  return Math.max(end, y) + 18;
}

function lineRow(doc: Doc, line: PrintedInvoice["lines"][number], from: number): number {
  const y = room(doc, from, 30);
  put(doc, line.description, LEFT, y, { width: 250 });
  const end = doc.y;
  put(doc, line.quantity.toLocaleString("en-US"), 0, y, { right: COLUMNS.quantity + 30 });
  put(doc, line.amountExact, 0, y, { soft: true, right: COLUMNS.exact + 45 });
  put(doc, line.amount, 0, y, { right: COLUMNS.amount });
  if (line.coveredQuantity > 0) {
    const covered = `${line.coveredQuantity.toLocaleString("en-US")} covered by the plan`;
    put(doc, covered, LEFT, end + 1, { size: 8, soft: true });
    return end + 16;
  }
  return end + 6;
}

function lines(doc: Doc, printed: PrintedInvoice, from: number): number {
  let y = room(doc, from, 60);
  put(doc, "Description", LEFT, y, { soft: true });
  put(doc, "Quantity", 0, y, { soft: true, right: COLUMNS.quantity + 30 });
  put(doc, "Exact", 0, y, { soft: true, right: COLUMNS.exact + 45 });
  put(doc, "Amount", 0, y, { soft: true, right: COLUMNS.amount });
  y += 14;
  rule(doc, y);
  y += 6;
  for (const line of printed.lines) y = lineRow(doc, line, y);
  rule(doc, y);
  return y + 8;
}

const counted = (n: number, one: string) => `${n.toLocaleString("en-US")} ${n === 1 ? one : `${one}s`}`;
const isZero = (amount: string) => /^-?0(\.0*)?$/.test(amount);

function totals(doc: Doc, { invoice, taxRates }: PrintedInvoice, from: number): number {
  const rates = taxRates.rates.map((rate) => `${rate}%`).join(", ");
  const taxLabel = invoice.taxMode === "inclusive" ? `Tax contained, ${rates}` : `Tax, ${rates}`;
  const rows: [string, string, boolean][] = [
    ["Subtotal", invoice.subtotal, false],
    ...(isZero(invoice.discount)
      ? []
      : [
          [`Discount, ${invoice.discountPercent}%`, `-${invoice.discount}`, false] as [
            string,
            string,
            boolean,
          ],
        ]),
    [taxLabel, invoice.tax, false],
    ["Total", `${invoice.total} ${invoice.currency}`, true],
    ...(
      [
        ["Credited", invoice.credited],
        ["From the wallet", invoice.walletApplied.startsWith("-") ? "0" : invoice.walletApplied],
        ["Paid", invoice.amountPaid],
      ] as const
    ).flatMap(([label, value]) =>
      isZero(value) ? [] : [[label, `-${value}`, false] as [string, string, boolean]],
    ),
    ...(invoice.walletApplied.startsWith("-")
      ? [["Put into the wallet", invoice.walletApplied.slice(1), false] as [string, string, boolean]]
      : []),
    ["Amount due", `${invoice.amountDue} ${invoice.currency}`, true],
  ];
  let y = room(doc, from, rows.length * 15 + 20);
  for (const [label, value, bold] of rows) {
    put(doc, label, 340, y, { bold, soft: !bold });
    put(doc, value, 0, y, { bold, right: RIGHT });
    y += 15;
  }
  if (invoice.taxMode === "reverse_charge") {
    put(doc, "Reverse charge: the receiver of this invoice owes the tax.", LEFT, y, { soft: true });
    y += 15;
  }
  return y + 10;
}

function drillDown(doc: Doc, printed: PrintedInvoice, from: number): number {
  const opened = printed.lines.filter((line) => line.days.count > 0);
  let y = from;
  if (opened.length > 0) {
    y = room(doc, y, 40);
    put(doc, "What the lines are made of", LEFT, y, { size: 11, bold: true });
    y += 18;
  }
  for (const line of opened) {
    y = room(doc, y, 20 + line.days.shown.length * 13);
    const many = `${counted(line.requests, "record")} on ${counted(line.days.count, "day")}`;
    put(doc, `${line.description}: ${many}`, LEFT, y, { bold: true, size: 8.5 });
    y += 13;
    for (const { day, requests, amount, amountExact } of line.days.shown) {
      put(doc, day, LEFT + 10, y, { size: 8.5 });
      put(doc, counted(requests, "record"), LEFT + 90, y, { size: 8.5, soft: true });
      put(doc, amountExact, 0, y, { size: 8.5, soft: true, right: COLUMNS.exact + 45 });
      put(doc, amount, 0, y, { size: 8.5, right: COLUMNS.amount });
      y += 13;
    }
    if (line.days.count > line.days.shown.length) {
      put(
        doc,
        `and ${line.days.count - line.days.shown.length} more days in the CSV and on screen`,
        LEFT + 10,
        y,
        { size: 8, soft: true },
      );
      y += 13;
    }
    y += 4;
  }
  return y;
}

function proof(doc: Doc, { csv, link }: PrintedInvoice, from: number): void {
  const y = room(doc, from + 6, 62);
  rule(doc, y);
  put(doc, "Every number opens into its days, conversations, messages and single calls:", LEFT, y + 8, {
    size: 8,
    soft: true,
  });
  doc
    .font("Helvetica")
    .fontSize(8)
    .fillColor(INK)
    .text(link, LEFT, y + 20, { link, lineBreak: false });
  put(doc, `SHA-256 of ${csv.fileName}:`, LEFT, y + 36, { size: 8, soft: true });
  doc
    .font("Courier")
    .fontSize(8)
    .fillColor(INK)
    .text(csv.sha256, LEFT, y + 47, { lineBreak: false });
}

function footers(doc: Doc, number: string): void {
  const { start, count } = doc.bufferedPageRange();
  for (let i = start; i < start + count; i += 1) {
    doc.switchToPage(i);
    doc.page.margins.bottom = 0;
    put(doc, `${number}, page ${i + 1} of ${count}`, 0, 806, { size: 8, soft: true, right: RIGHT });
  }
}

/** Draws an invoice on A4. The same invoice gives the same bytes: nothing of the moment goes into the file. */
export async function drawInvoice(printed: PrintedInvoice): Promise<Buffer> {
  const { invoice } = printed;
  const made = new Date(invoice.issuedAt ?? invoice.createdAt);
  const doc = new PDFDocument({
    size: "A4",
    margins: { top: 48, left: LEFT, right: 48, bottom: 40 },
    bufferPages: true,
    info: { Title: `Invoice ${invoice.number ?? ""}`, Author: "Aurora", CreationDate: made, ModDate: made },
  });
  const parts: Buffer[] = [];
  const done = new Promise<Buffer>((resolve, reject) => {
    doc.on("data", (part: Buffer) => parts.push(part));
    doc.on("end", () => resolve(Buffer.concat(parts)));
    doc.on("error", reject);
  });
  proof(doc, printed, drillDown(doc, printed, totals(doc, printed, lines(doc, printed, head(doc, printed)))));
  footers(doc, invoice.number ?? "");
  doc.end();
  return done;
}
