import type { ServiceKeys } from "../identity/service-keys.ts";
import { Failure } from "../kernel/failure.ts";
import type { Clock } from "../kernel/time.ts";
import type { BadgeAsides } from "./award-store.ts";
import type { Deliveries, Issuer } from "./issuers.ts";
import { emailLookup } from "./personal.ts";

export type MailParts = {
  store: Pick<BadgeAsides, "take">;
  keys: ServiceKeys;
  clock: Clock;
  deliveries?: Deliveries | undefined;
};

/** Messages a day, by UTC, of an organisation whose domain is not verified. */
export const maxUnverifiedMails = 50;

/** Messages a day to one address: of all organisations without a verified domain together, and of each that has one. */
export const maxMailsToOne = { unverified: 5, verified: 20 };

/**
 * Takes from the day's allowance for a message to each of the addresses; for those that it does not suffice for,
 * QUOTA_EXCEEDED with the way out. Nothing is counted where nothing is delivered from here.
 */
export async function takeMails(
  { store, keys, clock, deliveries }: MailParts,
  { document, verified }: Issuer,
  emails: readonly string[],
): Promise<(Failure | undefined)[]> {
  if (!deliveries || emails.length === 0) return emails.map(() => undefined);
  const now = clock();
  const whose = verified ? `mail of ${document} to` : "mail to";
  const most = verified ? maxMailsToOne.verified : maxMailsToOne.unverified;
  const names = emails.map((email) => `${whose} ${emailLookup(keys, email)}`);
  const had = await store.take(names, most, now);
  const reached = names.map((name) => takeOne(had, name));
  const own = `mail of ${document}`;
  const asked = verified ? [] : reached.flatMap((one) => (one ? [own] : []));
  const left = asked.length > 0 ? await store.take(asked, maxUnverifiedMails, now) : new Map<string, number>();
  return reached.map((one) => {
    if (!one) return new Failure("QUOTA_EXCEEDED", `One address is sent ${most} messages a day: go on tomorrow.`);
    return verified || takeOne(left, own) ? undefined : new Failure("QUOTA_EXCEEDED", unverifiedRule);
  });
}

/** The same for one message; refuses with QUOTA_EXCEEDED. */
export async function ensureMail(parts: MailParts, issuer: Issuer, email: string): Promise<void> {
  const [failure] = await takeMails(parts, issuer, [email]);
  if (failure) throw failure;
}

const unverifiedRule =
  `An organisation sends ${maxUnverifiedMails} messages a day until its domain is verified: ` +
  "verify one, or go on tomorrow.";

function takeOne(had: Map<string, number>, name: string): boolean {
  const left = had.get(name) ?? 0;
  had.set(name, left - 1);
  return left > 0;
}
