import { parseEmail } from "../identity/email.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { isObject, type JsonObject } from "../kernel/json.ts";
import type { Handler, Job } from "./outbox.ts";

/** One message to one person. */
export type Mail = {
  /** One address, as `parseEmail` gives it. */
  to: string;
  subject: string;
  text: string;
  html?: string;
  /** Without brackets; the same in every attempt, so that whoever gets it twice can tell (RFC 5322, section 3.6.4). */
  messageId: string;
};

/** Hands a message to whoever carries it on; throws where it was not taken. */
export type Deliver = (mail: Mail) => Promise<void>;

/** The kind of jobs that send a message. */
export const mailKind = "mail";

/** Characters of a subject: it is one line, and mail programs show less. */
const maxSubject = 200;

/** Characters of a text, and of its HTML. */
const maxText = 100_000;

/** The job that sends a message, once for each `key`. Refuses with INVALID_EMAIL, INVALID_MAIL. */
export function mailJob(mail: Omit<Mail, "messageId">, terms: { dueAt: number; key?: string }): Job {
  return { kind: mailKind, payload: payloadOf(checkMail(mail)), ...terms };
}

/** Does such jobs. `origin` names the host that message ids are of. */
export function mailHandler(deliver: Deliver, origin: string): Handler {
  const { hostname } = new URL(origin);
  return async (payload, { id }) => deliver({ ...readPayload(payload), messageId: `${id}@${hostname}` });
}

/**
 * Holds a message to its form: one address, a subject of one line. What could begin a header of its own, or name a
 * second person, is refused with INVALID_EMAIL and INVALID_MAIL.
 */
export function checkMail<M extends Omit<Mail, "messageId">>(mail: M): M {
  const { to, subject, text, html = "" } = mail;
  ensure(parseEmail(to) === to, "INVALID_EMAIL");
  const plain = subject.length > 0 && subject.length <= maxSubject && !/[\p{C}\p{Zl}\p{Zp}]/u.test(subject);
  ensure(plain, "INVALID_MAIL", `A subject is one line of at most ${maxSubject} characters.`);
  const fits = text.length <= maxText && html.length <= maxText;
  ensure(fits, "INVALID_MAIL", `A text has at most ${maxText} characters.`);
  return mail;
}

function payloadOf({ to, subject, text, html }: Omit<Mail, "messageId">): JsonObject {
  return { to, subject, text, ...(html !== undefined && { html }) };
}

function readPayload(payload: unknown): Omit<Mail, "messageId"> {
  const { to, subject, text, html } = isObject(payload) ? payload : {};
  const texts = typeof to === "string" && typeof subject === "string" && typeof text === "string";
  if (!texts || (html !== undefined && typeof html !== "string")) throw new Failure("INVALID_MAIL");
  return checkMail({ to, subject, text, ...(html !== undefined && { html }) });
}
