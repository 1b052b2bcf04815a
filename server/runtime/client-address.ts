import { BlockList, isIP } from "node:net";

const near = new BlockList();
for (const [address, bits] of [
  ["127.0.0.0", 8],
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
] as const)
  near.addSubnet(address, bits, "ipv4");
near.addAddress("::1", "ipv6");
near.addSubnet("fc00::", 7, "ipv6");

const plain = (address: string) => address.trim().replace(/^::ffff:(?=\d+\.)/i, "");

function isNear(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && near.check(address, family === 4 ? "ipv4" : "ipv6");
}

/**
 * The address of who asks. `X-Forwarded-For` counts only where it was added by a proxy on a private network:
 * read from the right, every hop that is private is such a proxy, and the first that is not is the asker.
 * A header that came straight from the internet is what the asker wrote himself, and is passed over.
 */
export function clientAddress(peer: string | undefined, forwarded: string | undefined): string {
  const hops = [...(forwarded?.split(",") ?? []), peer ?? ""].map(plain).filter((hop) => isIP(hop) !== 0);
  const asker = hops.findLast((hop) => !isNear(hop));
  return asker ?? hops[0] ?? "";
}
