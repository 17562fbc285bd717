import type { Call, Door } from "../../call.ts";
import type { Route } from "../../route.ts";
import type { Page } from "../layout.ts";
import { attestationFormPage } from "./attestation-form.ts";
import { attestationsPage } from "./organization-attestations.ts";
import { disputesPage } from "./organization-disputes.ts";
import { fromLatest, seeDisputes } from "./organization-disputes-view.ts";
import { consoleRoute, type Entered, issuers } from "./organization-member.ts";
import { mostFields } from "./organization-routes.ts";

/** Attestations on one page. */
const mostAttestations = 10;

/** What looking for disputes and reading the words of a page of them costs of what an address may ask. */
const [attestationsCost, disputesCost] = [2, 5];

/** What an organisation says about others, and who rules over it. What is signed goes to the API. */
export function consoleAttestationRoutes(door: Door): Route[] {
  const part = (path: string, roles: typeof issuers | undefined, show: Show) =>
    consoleRoute(door, path, roles, (entered, call) => show(door, entered, call), "NOT_FOUND");
  return [
    part("/attestations", undefined, showAttestations),
    part("/attestations/new", issuers, showForm),
    part("/disputes", undefined, showDisputes),
  ];
}

type Show = (door: Door, entered: Entered, call: Call) => Promise<Page>;

async function showAttestations(door: Door, { session, frame }: Entered, call: Call): Promise<Page> {
  await door.gate.spend(call, attestationsCost);
  const before = placeOf(call, "before");
  const { id } = frame.organization;
  const found = await door.services.reputations.made(session, id, before, mostAttestations + 1);
  const attestations = found.slice(0, mostAttestations);
  const next = found.length > mostAttestations ? attestations.at(-1)!.seq : undefined;
  return attestationsPage(frame, { attestations, next, first: before === fromLatest, now: call.now });
}

async function showForm({ services }: Door, { frame }: Entered): Promise<Page> {
  const { items } = await services.organizations.fields(frame.organization.slug, { limit: mostFields });
  return attestationFormPage(frame, items);
}

async function showDisputes(door: Door, { session, frame }: Entered, call: Call): Promise<Page> {
  await door.gate.spend(call, disputesCost);
  const places = { open: placeOf(call, "open"), settled: placeOf(call, "settled") };
  const seen = await seeDisputes(door, session, frame.organization.id, places);
  const asked = Object.entries(places).filter(([, place]) => place !== fromLatest);
  const kept = Object.fromEntries(asked.map(([name, place]) => [name, String(place)]));
  return disputesPage(frame, { ...seen, now: call.now }, kept);
}

function placeOf(call: Call, name: string): number {
  const asked = new URL(call.request.url).searchParams.get(name) ?? "";
  return /^[1-9]\d{0,14}$/.test(asked) ? Number(asked) : fromLatest;
}
