import type { CompactJws } from "../../../identity/jws.ts";
import { Failure } from "../../../kernel/failure.ts";
import { asText } from "../../../kernel/json.ts";
import { type Check, fail, judge, pass, skipped, type Verdict } from "../../../kernel/report.ts";
import { iso, type Millis } from "../../../kernel/time.ts";
import type { Services } from "../../../services.ts";

/** What can be said of a token that opens doors: it is judged as this service would judge it, now. */
export type TokenReport = {
  verdict: Verdict;
  sort: "session" | "app";
  user: string | null;
  app: string | null;
  /** RFC 3339. */
  expiresAt: string | null;
  at: string;
  checks: Check[];
};

/** Judges an access token of ours, or an app's own token and whether its wallet still allows the app. */
export async function reportToken(jwt: string, jws: CompactJws, services: Services, now: Millis): Promise<TokenReport> {
  const sort = jws.header.typ === "at+jwt" ? "session" : "app";
  const { exp } = jws.payload;
  const expiresAt = typeof exp === "number" && Math.abs(exp) < 8.64e12 ? iso(exp * 1000) : null;
  const known = { sort, expiresAt, at: iso(now) } as const;
  const form = pass("form", `It is a JWT of type ${asText(jws.header.typ).slice(0, 32) || "unsaid"}.`);
  try {
    const party = await services.auth.identify(jwt);
    if (party.by === "session") {
      const checks = [form, pass("token", "It is signed by this service, and its session goes on.")];
      return { ...known, verdict: judge(checks), user: party.user, app: null, checks };
    }
    const app = party.by === "token" ? party.app : null;
    const user = party.by === "token" ? party.user : null;
    const checks = [form, pass("token", "The key that it names signed it, and it has not run out.")];
    if (app !== null && user !== null) checks.push(await liveCheck(app, user, services));
    return { ...known, verdict: judge(checks), user, app, checks };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const refused = fail("token", error.code, error.detail ?? error.message);
    const checks = sort === "app" ? [form, refused, skipped("live", "token")] : [form, refused];
    return { ...known, verdict: judge(checks), user: null, app: null, checks };
  }
}

/** The token proves the key alone; whether the wallet lets it speak stands in the log. */
async function liveCheck(app: string, user: string, services: Services): Promise<Check> {
  const live = await services.delegations.live(user, app);
  if (live === undefined)
    return fail("live", "NOT_DELEGATED", "The wallet has let this key do nothing, or not any more.");
  return pass("live", `The wallet allows it until ${live.expiresAt} at the latest.`);
}
