import type { ClientView, HandedOut } from "./client.ts";
import type { ClientProof, ClientToken } from "./client-token.ts";
import type { Idempotency } from "./idempotency.ts";

/** What the doors may ask about programs of organisations; a `Party` is who stands at one. */
export type Access<Party> = {
  tokenEndpoint: string;
  /** All there are. */
  scopes: readonly string[];
  /** Refuses with INVALID_CLIENT, INVALID_SCOPE. */
  token(proof: ClientProof, scope: string | undefined): Promise<ClientToken>;
  /** For owners and admins; `organization` is a slug or a document id. FORBIDDEN, NOT_FOUND, QUOTA_EXCEEDED. */
  clients: {
    handOut(party: Party, organization: string): Promise<HandedOut>;
    list(party: Party, organization: string, page: ClientPage): Promise<{ items: ClientView[]; next: string | null }>;
    rotate(party: Party, organization: string, client: string, immediately: boolean): Promise<HandedOut>;
    removeSecret(party: Party, organization: string, client: string, id: string): Promise<void>;
  };
  idempotency: Idempotency;
};

/** Behind the id where the page before ended, at most so many. */
type ClientPage = { after?: string | undefined; limit: number };
