/** So much of a body that is too large is read and thrown away, so that its sender lives to read the refusal. */
const DRAINED_TIMES = 8;

/** The raw bytes of a request, or null when they are more than `max`. Signatures are checked over exactly these. */
export async function readRaw(request: Request, max: number): Promise<Buffer | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size <= max) chunks.push(chunk);
    else if (size > max * DRAINED_TIMES) break;
  }
  return size > max ? null : Buffer.concat(chunks);
}
