import { expect, it } from "vitest";
import { clientAddress } from "./client-address.ts";

it.each([
  ["203.0.113.9", "198.51.100.1", "203.0.113.9", "a header from the internet is passed over"],
  ["::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1", "a proxy on this machine is believed"],
  ["127.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1", "what the asker put before it is not"],
  ["10.0.0.2", "198.51.100.1, 10.0.0.7", "198.51.100.1", "two proxies of one private network"],
  ["127.0.0.1", undefined, "127.0.0.1", "no header"],
  ["127.0.0.1", "nonsense", "127.0.0.1", "a header that is no address"],
  ["10.0.0.2", "10.0.0.9", "10.0.0.9", "an asker on the private network"],
  ["::1", "2001:db8::5", "2001:db8::5", "version 6"],
])("reads %s with %s as %s: %s", (peer, forwarded, asker, _why) => {
  expect(clientAddress(peer, forwarded)).toBe(asker);
});
