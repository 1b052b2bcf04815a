const reserved = new Set([
  "if",
  "elsif",
  "else",
  "endif",
  "for",
  "in",
  "endfor",
  "and",
  "or",
  "not",
  "true",
  "false",
  "nil",
]);

/** The variables that an endpoint's templates name, in the order they appear: what a call must be given. */
export function inputsOf(endpoint: {
  pathTemplate: string;
  queryTemplate: Record<string, string>;
  headerTemplate?: Record<string, string>;
  bodyTemplate: unknown;
}): string[] {
  const texts = [
    endpoint.pathTemplate,
    ...Object.values(endpoint.queryTemplate),
    ...Object.values(endpoint.headerTemplate ?? {}),
    JSON.stringify(endpoint.bodyTemplate ?? ""),
  ];
  const names = texts.flatMap((text) =>
    [...text.matchAll(/\{\{-?\s*([A-Za-z_]\w*)/g)].map((match) => match[1] ?? ""),
  );
  return [...new Set(names)].filter((name) => name !== "" && !reserved.has(name));
}
