import { existsSync } from "node:fs";
import net from "node:net";
import path from "node:path";

type Address = { host: string[]; port: number[] };

/**
 * The socket file of the embedded server that listens on this port, where its start named the folder and the file is
 * there: half of TCP's cost a round trip, for both sides.
 */
function socketFile(host: string, port: number): string | undefined {
  const folder = process.env.DATABASE_SOCKET_FOLDER;
  if (!folder || host !== "127.0.0.1") return undefined;
  const file = path.join(folder, `.s.PGSQL.${port}`);
  return existsSync(file) ? file : undefined;
}

/**
 * The driver writes each statement to its socket by itself; this socket gathers what is written in one turn of the
 * event loop and hands it to the kernel at once. A transaction then costs one system call instead of one a statement.
 */
export function corkedSocket({ host: [host = "127.0.0.1"], port: [port = 5432] }: Address): net.Socket {
  const file = socketFile(host, port);
  const socket = file ? net.connect({ path: file }) : net.connect({ host, port, noDelay: true });
  // The driver names the TLS server by it.
  Object.assign(socket, { host, port });
  let corked = false;
  const flush = () => {
    corked = false;
    socket.uncork();
  };
  const write = socket.write.bind(socket) as (...parts: unknown[]) => boolean;
  const gather = (...parts: unknown[]) => {
    if (!corked) {
      corked = true;
      socket.cork();
      setImmediate(flush);
    }
    return write(...parts);
  };
  return Object.assign(socket, { write: gather as typeof socket.write });
}

/** Whether an address names one TCP server; several hosts and sockets in the file system are left to the driver. */
export function isOneServer(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed !== null && parsed.hostname !== "" && !parsed.searchParams.has("host");
}
