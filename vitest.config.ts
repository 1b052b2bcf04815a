import { defineConfig } from "vitest/config";

const shared = { testTimeout: 20_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    reporters: ["default"],
    projects: [
      {
        test: {
          ...shared,
          name: "unit",
          include: ["domain/**/*.test.ts", "components/**/*.test.ts", "scripts/**/*.test.ts"],
          exclude: ["scripts/faults/**", "scripts/serve/**"],
        },
      },
      {
        test: {
          ...shared,
          name: "integration",
          include: [
            "db/**/*.test.ts",
            "server/**/*.test.ts",
            "inngest/**/*.test.ts",
            "app/**/*.test.ts",
            "scripts/faults/**/*.test.ts",
            "scripts/serve/**/*.test.ts",
          ],
          globalSetup: ["./db/testing/global-setup.ts"],
          pool: "forks",
        },
      },
      {
        test: {
          name: "browser",
          include: ["e2e/**/*.spec.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // One person after the other: the journeys share one product.
          fileParallelism: false,
        },
      },
    ],
  },
});
