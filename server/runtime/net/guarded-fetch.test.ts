import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { servePeer } from "#server/demo/peers/serve-peer.ts";
import { forget } from "../process.ts";
import { guardedFetch, isPublicAddress, readLimited } from "./guarded-fetch.ts";

let server: Awaited<ReturnType<typeof servePeer>>;

beforeAll(async () => {
  server = await servePeer(async (request) => {
    if (request.url.endsWith("/away"))
      return new Response(null, { status: 302, headers: { location: "http://127.0.0.1:1/" } });
    return new Response("x".repeat(5000));
  });
});
afterAll(() => server.close());

function allow(entries: string): void {
  process.env.OUTBOUND_ALLOW_PRIVATE = entries;
  process.env.AURORA_DEMO = "0";
  forget("env");
}

describe("the one way out", () => {
  it.each([
    "http://127.0.0.1:5432/",
    "http://localhost:5432/",
    "http://[::1]:5432/",
    "http://10.0.0.1/",
    "http://172.16.0.9/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data",
    "http://0.0.0.0/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://017700000001/",
    "http://[::ffff:127.0.0.1]/",
    "http://[fd00::1]/",
    "http://[fe80::1]/",
  ])("refuses %s and names the entry that would admit it", async (address) => {
    allow("");
    await expect(guardedFetch(address)).rejects.toMatchObject({
      code: "net.address_refused",
      message: expect.stringContaining("OUTBOUND_ALLOW_PRIVATE="),
    });
  });

  it.each(["file:///etc/passwd", "ftp://example.com/", "not a url"])("refuses %s", async (address) => {
    await expect(guardedFetch(address)).rejects.toMatchObject({ kind: "invalid" });
  });

  it("admits exactly the listed host and port, and follows no redirect", async () => {
    allow(new URL(server.url).host);
    expect((await guardedFetch(server.url)).status).toBe(200);
    expect((await guardedFetch(`${server.url}/away`)).status).toBe(302);
    allow("127.0.0.1:1");
    await expect(guardedFetch(server.url)).rejects.toMatchObject({ code: "net.address_refused" });
  });

  it("stops reading at the limit", async () => {
    allow(new URL(server.url).host);
    await expect(readLimited(await guardedFetch(server.url), 1000)).rejects.toMatchObject({
      code: "net.answer_too_large",
    });
    expect((await readLimited(await guardedFetch(server.url), 6000)).length).toBe(5000);
  });

  it("tells public from private addresses", () => {
    expect(["8.8.8.8", "2606:4700::1111"].every(isPublicAddress)).toBe(true);
    expect(["100.64.0.1", "198.18.0.1", "::", "64:ff9b::7f00:1", "nonsense"].some(isPublicAddress)).toBe(
      false,
    );
  });
});
