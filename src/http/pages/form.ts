import type { ZodType } from "zod";
import { ensure } from "../../kernel/failure.ts";
import { decode, mediaType, parseBy, readBytes, refuseEncoding } from "../body.ts";
import type { Call, Door } from "../call.ts";
import { maxSmallBody } from "../limits.ts";
import type { Reply } from "../reply.ts";
import type { Route, RouteTerms } from "../route.ts";
import { checkForm, type Guest, guestOf } from "./guest.ts";
import { refusalReply } from "./refusal-page.ts";

/** The fields of a form: a text each, a list where a name ends in `[]`. */
export type Fields = Record<string, string | string[]>;

type Sent<T> = { guest: Guest; fields: T };

const undescribed = { tag: "", summary: "", answers: {}, refusals: [] } as const;

/** A page at an address; for people its refusals are pages too. */
export function pageRoute(
  door: Door,
  path: string,
  serve: (call: Call) => Reply | Promise<Reply>,
  terms: RouteTerms = {},
): Route {
  const refuse: RouteTerms["refuse"] = (failure, call) => refusalReply(failure, call, door.services.origin);
  return { ...undescribed, refuse, ...terms, method: "get", path, serve: async (call) => serve(call) };
}

/**
 * What a form of ours posts. Refuses with FOREIGN_FORM what comes from elsewhere, and with TOO_LARGE,
 * UNSUPPORTED_MEDIA_TYPE and INVALID_REQUEST.
 */
export function formRoute<T>(
  door: Door,
  path: string,
  form: { fields: ZodType<T>; most?: number },
  handle: (call: Call, sent: Sent<T>) => Reply | Promise<Reply>,
): Route {
  const { origin } = door.services;
  const { fields: schema, most = maxSmallBody } = form;
  return {
    ...undescribed,
    refuse: (failure, call) => refusalReply(failure, call, origin),
    guarded: true,
    method: "post",
    path,
    serve: async (call) => {
      const guest = await guestOf(door, call);
      const { token, ...fields } = await readFields(call, most);
      checkForm(call, origin, guest, typeof token === "string" ? token : undefined);
      return handle(call, { guest, fields: parseBy(schema, fields) });
    },
  };
}

async function readFields({ request }: Call, most: number): Promise<Fields> {
  const { raw } = request;
  ensure(mediaType(raw) === "application/x-www-form-urlencoded", "UNSUPPORTED_MEDIA_TYPE");
  refuseEncoding(raw);
  const fields: Fields = Object.create(null);
  for (const [name, value] of new URLSearchParams(decode(await readBytes(raw, most)))) {
    const known = fields[name];
    if (name.endsWith("[]")) fields[name] = [...(Array.isArray(known) ? known : []), value];
    else {
      ensure(known === undefined, "INVALID_REQUEST", "A field stands twice.");
      fields[name] = value;
    }
  }
  return { ...fields };
}
