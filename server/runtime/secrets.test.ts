import { describe, expect, it } from "vitest";
import { useTestDatabase } from "#db/testing/database.ts";
import { newId } from "#domain/core/id.ts";
import { forget } from "./process.ts";
import { rotateMasterKey } from "./rotate-master-key.ts";
import { decryptSecret, encryptSecret, maskedTail } from "./secrets.ts";

useTestDatabase();

const OLD = "the first master key, 32 characters or more";
const NEW = "the second master key, 32 characters or more";

function use(secret: string): void {
  process.env.ENCRYPTION_KEY = secret;
  forget("env");
  forget("secrets.dataKeys");
}

describe("secrets at rest", () => {
  it("open for their owner and row only", async () => {
    use(OLD);
    const [owner, other] = [newId(), newId()];
    const sealed = await encryptSecret(owner, "channels:1", "EAAG-token");
    expect(sealed).not.toContain("EAAG");
    expect(await decryptSecret(owner, "channels:1", sealed)).toBe("EAAG-token");
    await expect(decryptSecret(owner, "channels:2", sealed)).rejects.toThrow();
    await expect(decryptSecret(other, "channels:1", sealed)).rejects.toThrow();
  });

  it("stay readable after the master key was exchanged, and not with the old one", async () => {
    use(OLD);
    const owner = newId();
    const sealed = await encryptSecret(owner, "x", "kept");
    expect(await rotateMasterKey(OLD, NEW)).toBeGreaterThan(0);
    use(NEW);
    expect(await decryptSecret(owner, "x", sealed)).toBe("kept");
    expect(await rotateMasterKey(OLD, NEW)).toBe(0);
  });

  it("show no more than a tail", () => {
    expect(maskedTail("sk-1234567890abcd")).toBe("••••abcd");
    expect(maskedTail("short")).toBe("••••");
  });
});
