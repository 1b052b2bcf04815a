import "@fontsource-variable/instrument-sans/wght.css";
import "@fontsource-variable/geist-mono/wght.css";
import "./globals.css";
import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import type { ReactNode } from "react";

export const metadata: Metadata = {
  title: { default: "Aurora", template: "%s · Aurora" },
  description: "Customer service where every automated answer says why, and every call is on the bill.",
};

export const viewport: Viewport = { width: "device-width", initialScale: 1, viewportFit: "cover" };

/** Theme and density come from cookies, so the first paint is right without a script. */
export default async function RootLayout(props: { children: ReactNode }) {
  const jar = await cookies();
  const theme = jar.get("aurora_theme")?.value;
  const density = jar.get("aurora_density")?.value;
  return (
    <html
      lang="en"
      data-theme={theme === "light" || theme === "dark" ? theme : undefined}
      data-density={density === "compact" || density === "roomy" ? density : undefined}
    >
      <body>{props.children}</body>
    </html>
  );
}
