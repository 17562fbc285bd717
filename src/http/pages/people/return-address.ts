import { Failure } from "../../../kernel/failure.ts";

/** Where an app wants the person back, as it was asked for and judged. */
export type ReturnAddress = {
  /** A page, or an address of a registered scheme; undefined where the app named none. */
  url: string | undefined;
  /** The origin of the page: all that is known of who asks. */
  site: string | undefined;
  /** A registered scheme that opens the app on this device. */
  deepLink: string | undefined;
};

/** Characters of a return address. */
const maxLength = 2048;

const localHosts = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Judges where an app wants people sent: https anywhere, http on this machine, or a scheme that was registered here.
 * Refuses everything else with RETURN_ADDRESS, because whoever follows the link would think it ours.
 */
export function parseReturnAddress(
  returnUrl: string | undefined,
  deepLink: string | undefined,
  registered: readonly string[],
): ReturnAddress {
  const scheme = deepLink?.toLowerCase().replace(/:(\/\/)?$/, "");
  if (scheme !== undefined && !registered.includes(scheme)) throw refused("scheme");
  if (returnUrl === undefined) return { url: undefined, site: undefined, deepLink: scheme };
  const url = returnUrl.length <= maxLength ? URL.parse(returnUrl) : null;
  if (url === null || url.username + url.password !== "") throw refused("form");
  if (registered.includes(url.protocol.slice(0, -1))) return { url: url.href, site: undefined, deepLink: scheme };
  const local = url.protocol === "http:" && localHosts.includes(url.hostname);
  if (url.protocol !== "https:" && !local) throw refused("scheme");
  return { url: url.href, site: url.origin, deepLink: scheme };
}

function refused(why: "scheme" | "form"): Failure {
  const sentences = {
    scheme: "People are sent to https addresses, to http on their own machine, and to apps that are registered here.",
    form: "It cannot be read, is too long, or carries a name and password.",
  };
  return new Failure("RETURN_ADDRESS", sentences[why]);
}
