import { createTransport } from "nodemailer";
import { checkMail, type Deliver } from "../followers/mail.ts";
import type { MailServer } from "../followers/mail-server.ts";
import { Undeliverable } from "../followers/outbox.ts";
import { second } from "../kernel/time.ts";

/**
 * Delivers by SMTP (RFC 5321) over TLS. A refusal that is for good (5yz for the message or its recipient) is told as
 * Undeliverable; everything else may pass.
 */
export function smtpDelivery(terms: MailServer): { deliver: Deliver; close(): void } {
  const { host, port, secure, login, from } = terms;
  const local = localHosts.includes(host);
  const transport = createTransport({
    host,
    port,
    secure,
    requireTLS: !local,
    // Nobody stands between two programs of one machine, and such a server has a certificate of its own making.
    ...(local && { tls: { rejectUnauthorized: false } }),
    ...(login && { auth: { user: login.user, pass: login.password } }),
    connectionTimeout: patience,
    greetingTimeout: patience,
    dnsTimeout: patience,
    socketTimeout: 2 * patience,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const deliver: Deliver = async (mail) => {
    const { to, subject, text, html, messageId } = checkMail(mail);
    const content = { subject, text, ...(html !== undefined && { html }) };
    // The envelope is said apart, so that no address is read out of a header again.
    const envelope = { from: from.address, to: [to] };
    const headers = { "Auto-Submitted": "auto-generated" };
    const message = { from, to: { name: "", address: to }, envelope, messageId: `<${messageId}>`, headers, ...content };
    try {
      await transport.sendMail(message);
    } catch (error) {
      throw refusalOf(error);
    }
  };
  return { deliver, close: () => transport.close() };
}

const localHosts = ["localhost", "127.0.0.1", "::1"];

/** How long a server may be silent. */
const patience = 15 * second;

/** What the server says of the message or the recipient; a refused login is a mistake here, which will be put right. */
function refusalOf(error: unknown): unknown {
  if (!(error instanceof Error) || !("code" in error) || !("responseCode" in error)) return error;
  const { code, responseCode } = error;
  const final = typeof responseCode === "number" && responseCode >= 500 && responseCode < 600;
  const ofMessage = code === "EENVELOPE" || code === "EMESSAGE";
  return final && ofMessage ? new Undeliverable(`The mail server refused it with ${responseCode}.`) : error;
}
