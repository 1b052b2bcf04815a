import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

export type Product = {
  baseUrl: string;
  dataFolder: string;
  demoFile: string;
  stop: () => Promise<number | null>;
  output: () => string;
};

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.listen(0, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** Starts the built product as `npm start` does, in a data folder of its own, and waits until it is ready. */
export async function startProduct(
  given: { dataFolder?: string; env?: Record<string, string> } = {},
): Promise<Product> {
  const dataFolder = given.dataFolder ?? mkdtempSync(path.join(tmpdir(), "aurora-"));
  const port = await freePort();
  const env = {
    ...process.env,
    PORT: String(port),
    AURORA_DATA_DIR: dataFolder,
    LOG_LEVEL: "warn",
    ...given.env,
  };
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "scripts/serve.ts"], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const collect = (part: Buffer) => {
    output += part.toString();
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  await new Promise<void>((resolve, reject) => {
    const look = () => (output.includes("Aurora is ready") ? resolve() : undefined);
    child.stdout.on("data", look);
    void ended.then((code) => reject(new Error(`The product ended with ${code}:\n${output}`)));
  });
  const stop = async () => {
    child.kill("SIGTERM");
    const code = await ended;
    if (!given.dataFolder) rmSync(dataFolder, { recursive: true, force: true });
    return code;
  };
  return {
    baseUrl: `http://localhost:${port}`,
    dataFolder,
    demoFile: path.join(dataFolder, "demo.json"),
    stop,
    output: () => output,
  };
}
