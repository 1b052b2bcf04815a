import path from "node:path";

process.env.NEXT_TELEMETRY_DISABLED = "1";

/** @type {import("next").NextConfig} */
const config = {
  serverExternalPackages: ["postgres"],
  turbopack: { root: path.join(import.meta.dirname, "..", "..", "..") },
};

export default config;
