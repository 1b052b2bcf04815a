/** An operation as the page shows it; the OpenAPI document has the rest. */
export interface ApiOperationView {
  id: string;
  method: string;
  path: string;
  summary: string;
  permission: string | null;
  fields: ReadonlyArray<{
    name: string;
    where: string;
    type: string;
    required: boolean;
    note: string | null;
  }>;
  example: string | null;
}

export interface ApiDocsView {
  title: string;
  address: string;
  documentHref: string;
  groups: ReadonlyArray<{ name: string; operations: ReadonlyArray<ApiOperationView> }>;
}

function Operation(props: { operation: ApiOperationView }) {
  const { operation } = props;
  return (
    <article id={operation.id} className="border-line border-t py-5">
      <h3 className="text-title">{operation.summary}</h3>
      <p className="code mt-1">
        <b>{operation.method}</b> {operation.path}
      </p>
      {operation.permission ? (
        <p className="text-small text-ink-3 mt-1">
          Needs <span className="code">{operation.permission}</span>
        </p>
      ) : null}
      {operation.fields.length > 0 ? (
        <dl className="mt-3 grid gap-1">
          {operation.fields.map((field) => (
            <div key={`${field.where}:${field.name}`} className="text-small flex flex-wrap gap-x-2">
              <dt className="code">{field.name}</dt>
              <dd className="text-ink-2">
                {field.type}
                {field.required ? ", required" : ""}, in the {field.where}
                {field.note ? `. ${field.note}` : ""}
              </dd>
            </div>
          ))}
        </dl>
      ) : null}
      {operation.example ? (
        <pre className="code bg-sunken mt-3 overflow-x-auto rounded-md p-3" {...scrollable}>
          {operation.example}
        </pre>
      ) : null}
    </article>
  );
}

/** A scrolling region must be reachable by keyboard. */
const scrollable = { tabIndex: 0 };

/** The API in words: every resource with its operations, their fields and an example. */
export function ApiDocs(props: { apis: ReadonlyArray<ApiDocsView> }) {
  return (
    <main className="mx-auto max-w-[920px] p-6">
      <h1 className="text-page">Aurora for programs</h1>
      <p className="text-read text-ink-2 mt-2">
        Send an API key as Bearer token. Lists come in pages: <span className="code">limit</span> of 1 to 100
        and <span className="code">cursor</span> from the page before. Amounts are decimal strings, times ISO
        8601 in UTC. Errors are problem details (RFC 9457). A POST with an{" "}
        <span className="code">Idempotency-Key</span> happens once in 24 hours.
      </p>
      {props.apis.map((api) => (
        <section key={api.address} aria-label={api.title}>
          <h2 className="text-page mt-8">{api.title}</h2>
          <p className="text-small text-ink-3 mt-1">
            <span className="code">{api.address}</span>, as a document:{" "}
            <a className="link" href={api.documentHref}>
              OpenAPI 3.1
            </a>
          </p>
          {api.groups.map((group) => (
            <section key={group.name} aria-label={group.name} className="mt-6">
              <h2 className="text-title code">{group.name}</h2>
              {group.operations.map((operation) => (
                <Operation key={operation.id} operation={operation} />
              ))}
            </section>
          ))}
        </section>
      ))}
    </main>
  );
}
