import { serve } from "inngest/next";
import { inngest, usesInngestServer } from "#inngest/client.ts";
import { functions } from "#inngest/functions.ts";

const served = serve({ client: inngest, functions });

/** Only a real Inngest server calls this door; with the embedded executor there is nothing behind it. */
function door(method: "GET" | "POST" | "PUT") {
  return (request: Parameters<(typeof served)["POST"]>[0], context: unknown) =>
    usesInngestServer()
      ? served[method](request, context)
      : Response.json({ title: "Not found", status: 404 }, { status: 404 });
}

export const GET = door("GET");
export const POST = door("POST");
export const PUT = door("PUT");
