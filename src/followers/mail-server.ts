import { parseEmail } from "../identity/email.ts";

/** Where mail is handed over, and in whose name. */
export type MailServer = {
  host: string;
  port: number;
  /** TLS from the first byte; otherwise STARTTLS, which only a server on this machine may go without. */
  secure: boolean;
  login: { user: string; password: string } | undefined;
  from: { name: string; address: string };
};

/**
 * Reads `smtp(s)://user:password@host:port`; the port is 587 or 465 unless said, a sign in user and password may be
 * percent-encoded. Throws an Error whose sentence never tells the text back: it has a password in it.
 */
export function parseSmtpUrl(text: string): Omit<MailServer, "from"> {
  const url = URL.parse(text);
  demand(url && /^smtps?:$/.test(url.protocol) && url.hostname !== "", "It is smtp(s)://user:password@host:port.");
  const { protocol, hostname, port, username, password, pathname, search, hash } = url;
  demand((pathname === "" || pathname === "/") && search + hash === "", "It ends with the port.");
  demand((username === "") === (password === ""), "A user needs a password.");
  const secure = protocol === "smtps:";
  const login = username === "" ? undefined : { user: decoded(username), password: decoded(password) };
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  return { host, port: port === "" ? (secure ? 465 : 587) : Number(port), secure, login };
}

/** Reads `badges@example.org` or `Example Academy <badges@example.org>`. Throws an Error that says so. */
export function parseSender(text: string): MailServer["from"] {
  const [, name = "", address = text] = /^([^<>"\p{C}]{1,100}) <([^<>]+)>$/u.exec(text) ?? [];
  try {
    return { name: name.trim(), address: parseEmail(address) };
  } catch {
    throw new Error("It is an e-mail address, or a name with the address in angle brackets behind it.");
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error("A sign in user and password may be percent-encoded, and % is %25.");
  }
}

function demand(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new Error(sentence);
}
