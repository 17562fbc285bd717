// An organisation over a running server, with a class and a client that may award.
import { type Academy, makeClass, openAcademy } from "../tests/http/academy.ts";
import type { Service } from "../tests/http/server.ts";
import type { Server } from "./server.ts";

export type BenchAcademy = { service: Service; academy: Academy; badgeClass: string };

/** The keys that credentials are made with: all three kinds, so that every form of an award is made. */
const keyTypes = ["P-256", "Ed25519", "secp256k1"];

export async function benchAcademy(server: Server): Promise<BenchAcademy> {
  const service = serviceAt(server);
  const academy = await openAcademy(service, {}, keyTypes);
  const { id } = await makeClass(service, academy);
  return { service, academy, badgeClass: id };
}

/** A running server as the tests know services. */
export function serviceAt({ url, stop }: Server): Service {
  return {
    origin: "http://localhost:8787",
    realm: "bench",
    operatorToken: "",
    now: Date.now,
    fetch: (path, init) => fetch(url + path, init),
    close: stop,
  };
}
