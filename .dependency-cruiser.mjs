// Who may import whom (docs/architecture.md). The gate fails when fewer modules were seen than there are files.
const features = "[^/]+";

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    {
      name: "no-circular",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "domain-is-pure",
      severity: "error",
      from: { path: "^domain/" },
      to: { path: "^(app|bench|components|db|e2e|inngest|scripts|server)/" },
    },
    {
      name: "domain-neighbours",
      severity: "error",
      from: { path: `^domain/(?!flows/)(${features})/`, pathNot: "\\.test\\.ts$" },
      to: { path: "^domain/", pathNot: "^domain/(core|money|access)/|^domain/$1/" },
    },
    {
      name: "flows-neighbours",
      severity: "error",
      from: { path: "^domain/flows/" },
      to: { path: "^domain/", pathNot: "^domain/(core|money|access|flows|channels|ai|commerce)/" },
    },
    {
      name: "db-knows-domain-only",
      severity: "error",
      from: { path: "^db/", pathNot: "\\.test\\.ts$" },
      to: {
        path: "^(app|bench|components|e2e|inngest|scripts|server)/",
        pathNot: "^server/runtime/process\\.ts$",
      },
    },
    {
      name: "pool-is-private",
      severity: "error",
      from: {
        path: "^(app|components|server|inngest/functions)/",
        pathNot: "\\.test\\.ts$|^server/runtime/outbox\\.ts$|^server/testing/",
      },
      to: { path: "^db/(client|transaction)\\.ts$", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "providers-stay-below",
      severity: "error",
      from: { path: "^server/providers/", pathNot: "\\.test\\.ts$" },
      to: { path: "^(app|components|db|inngest)/|^server/(?!providers|runtime)" },
    },
    {
      name: "runtime-is-the-ground",
      severity: "error",
      from: { path: "^server/runtime/", pathNot: "\\.test\\.ts$" },
      to: { path: "^(app|components|inngest)/|^server/(?!runtime)" },
    },
    {
      name: "server-knows-no-screen",
      severity: "error",
      from: { path: "^(server|inngest)/", pathNot: "\\.test\\.ts$" },
      to: { path: "^(app|components)/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "server-starts-no-work",
      severity: "error",
      from: { path: "^server/", pathNot: "\\.test\\.ts$|^server/testing/" },
      to: { path: "^inngest/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "components-have-no-server",
      severity: "error",
      from: { path: "^components/", pathNot: "\\.test\\.ts$" },
      to: { path: "^(server|db|inngest|scripts)/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "pages-read-through-the-caller",
      severity: "error",
      from: { path: "^app/(?!api/)" },
      to: {
        path: "^(db|inngest|scripts)/|^server/(?!trpc/caller\\.ts|auth/|rest/api-docs\\.ts)",
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "api-opens-doors-only",
      severity: "error",
      from: { path: "^app/api/" },
      to: { path: "^(components|scripts|bench)/|^db/(?!system\\.ts)" },
    },
    {
      name: "nothing-imports-the-outside",
      severity: "error",
      from: { path: "^(app|components|db|domain|inngest|server)/" },
      to: { path: "^(scripts|bench|e2e)/" },
    },
  ],
  options: {
    parser: "swc",
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(\\.next|node_modules|\\.data)/|next-env\\.d\\.ts" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
      extensions: [".ts", ".tsx", ".mjs", ".js", ".json"],
    },
    cache: false,
  },
};
