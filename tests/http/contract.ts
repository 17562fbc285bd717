import { afterAll } from "vitest";
import { accessContract } from "./resources/access.ts";
import { attestationContract } from "./resources/attestations.ts";
import { authContract } from "./resources/auth.ts";
import { badgeVerifyContract } from "./resources/badge-verify.ts";
import { clientContract } from "./resources/clients.ts";
import { credentialContract } from "./resources/credentials.ts";
import { delegationContract } from "./resources/delegations.ts";
import { didContract } from "./resources/dids.ts";
import { documentContract } from "./resources/documents.ts";
import { faceContract } from "./resources/faces.ts";
import { guardContract } from "./resources/guards.ts";
import { logContract } from "./resources/log.ts";
import { meContract } from "./resources/me.ts";
import { pageContract } from "./resources/pages.ts";
import { policyContract } from "./resources/policies.ts";
import { presentationContract } from "./resources/presentations.ts";
import { scoreExportContract } from "./resources/score-exports.ts";
import { verifyContract } from "./resources/verify.ts";
import type { Service } from "./server.ts";

/**
 * What the service promises over HTTP, whatever runs it. `start` is called once; limits must be wide, and the operator's
 * token and the realm as the service says.
 */
export function httpContract(start: () => Promise<Service>): void {
  let started: Promise<Service> | undefined;
  const open = () => {
    started ??= start();
    return started;
  };
  afterAll(async () => (await started)?.close());
  for (const contract of contracts) contract(open);
}

const contracts = [
  authContract,
  meContract,
  delegationContract,
  documentContract,
  scoreExportContract,
  logContract,
  verifyContract,
  credentialContract,
  badgeVerifyContract,
  didContract,
  pageContract,
  clientContract,
  accessContract,
  faceContract,
  policyContract,
  attestationContract,
  presentationContract,
  guardContract,
];
