export type Theme = "system" | "light" | "dark";
export type Density = "compact" | "cozy" | "roomy";

function remember(name: string, value: string): void {
  Object.assign(document, { cookie: `${name}=${value}; path=/; max-age=31536000; samesite=lax` });
}

/** Sets the theme now and for the next visit; the root layout reads the cookie, so no script runs before paint. */
export function setTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  remember("aurora_theme", theme);
}

/** Sets the height of rows now and for the next visit. */
export function setDensity(density: Density): void {
  document.documentElement.dataset.density = density;
  remember("aurora_density", density);
}
