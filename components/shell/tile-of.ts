/** Which of five tiles a tenant wears, by its slug; the demo's shop wears the first. */
export function tileOf(slug: string): number {
  if (slug === "shopeasy") return 1;
  let sum = 0;
  for (const char of slug) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 997;
  return (sum % 4) + 2;
}
