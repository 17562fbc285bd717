import type { ZodType } from "zod";
import type { Bytes } from "../../kernel/bytes.ts";
import { ensure, Failure } from "../../kernel/failure.ts";
import { decode, mediaType, parseBy, readBytes, refuseEncoding } from "../body.ts";
import type { Call, Door } from "../call.ts";
import { maxSmallBody } from "../limits.ts";
import type { Reply } from "../reply.ts";
import type { Route, RouteTerms } from "../route.ts";
import { checkForm, type Guest, guestOf } from "./guest.ts";
import { refusalReply } from "./refusal-page.ts";

/** The fields of a form: a text each, a list where a name ends in `[]`, bytes of a file where one was chosen. */
export type Fields = Record<string, string | string[] | Bytes>;

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
 * What a form of ours posts; only one that says so takes files. Refuses with FOREIGN_FORM what comes from elsewhere, and with TOO_LARGE,
 * UNSUPPORTED_MEDIA_TYPE and INVALID_REQUEST.
 */
export function formRoute<T>(
  door: Door,
  path: string,
  form: { fields: ZodType<T>; most?: number; files?: true },
  handle: (call: Call, sent: Sent<T>) => Reply | Promise<Reply>,
): Route {
  const { origin } = door.services;
  const { fields: schema, most = maxSmallBody, files = false } = form;
  return {
    ...undescribed,
    refuse: (failure, call) => refusalReply(failure, call, origin),
    guarded: true,
    method: "post",
    path,
    serve: async (call) => {
      const guest = await guestOf(door, call);
      const { token, ...fields } = await readFields(call, most, files);
      checkForm(call, origin, guest, typeof token === "string" ? token : undefined);
      return handle(call, { guest, fields: parseBy(schema, fields) });
    },
  };
}

/**
 * What a script of ours posts as it is, a file or a picture. No form can bring it from elsewhere, because its type is
 * not a form's: `serve` has to insist on that type.
 */
export function fileRoute(path: string, serve: (call: Call) => Promise<Reply>): Route {
  return { ...undescribed, guarded: true, method: "post", path, serve };
}

async function readFields({ request }: Call, most: number, files: boolean): Promise<Fields> {
  const { raw } = request;
  refuseEncoding(raw);
  const fields: Fields = Object.create(null);
  for (const [name, value] of await readPairs(raw, most, files)) {
    const known = fields[name];
    if (name.endsWith("[]")) fields[name] = [...(Array.isArray(known) ? known : []), value as string];
    else {
      ensure(known === undefined, "INVALID_REQUEST", "A field stands twice.");
      fields[name] = value;
    }
  }
  return { ...fields };
}

type Pair = readonly [name: string, value: string | Bytes];

async function readPairs(raw: Request, most: number, files: boolean): Promise<Iterable<Pair>> {
  const type = mediaType(raw);
  if (files && type === "multipart/form-data") return readParts(raw, await readBytes(raw, most));
  ensure(type === "application/x-www-form-urlencoded", "UNSUPPORTED_MEDIA_TYPE");
  return new URLSearchParams(decode(await readBytes(raw, most)));
}

/** The parts of a form with files (RFC 7578); a field in which no file was chosen is left out. */
async function readParts({ headers }: Request, body: Bytes): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (const [name, value] of await parsedParts(headers.get("content-type") ?? "", body)) {
    if (typeof value === "string") pairs.push([name, value]);
    else if (value.size > 0 && !name.endsWith("[]")) pairs.push([name, new Uint8Array(await value.arrayBuffer())]);
  }
  return pairs;
}

async function parsedParts(type: string, body: Bytes): Promise<FormData> {
  try {
    return await new Response(body, { headers: { "content-type": type } }).formData();
  } catch {
    throw new Failure("INVALID_REQUEST", "The form cannot be read.");
  }
}
