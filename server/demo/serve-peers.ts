import { demoMode } from "#server/runtime/demo-mode.ts";
import { demoPeers } from "./demo-peers.ts";

/** `/api/demo/{whatsapp,openai,shop,stripe}/…`: the demo's peers. 404 while demo mode is off. */
export async function serveDemoPeer(request: Request, peer: string): Promise<Response> {
  const unknown = () => Response.json({ error: "There is nothing here." }, { status: 404 });
  if (!(await demoMode())) return unknown();
  switch (peer) {
    case "whatsapp":
      return demoPeers().whatsapp.handle(request);
    case "openai":
      return demoPeers().openai(request);
    case "shop":
      return demoPeers().shop.handle(request);
    case "stripe":
      return demoPeers().stripe.handle(request);
    default:
      return unknown();
  }
}
