import { ensure } from "../../kernel/failure.ts";
import { type Call, type Door, pathPart } from "../call.ts";
import { content, type Reply } from "../reply.ts";
import type { Route } from "../route.ts";
import { assetVersion, compressed, findAsset } from "./assets.ts";
import { pageRoute } from "./form.ts";
import { leafPath } from "./layout.ts";

/** Styles, scripts and fonts: they are many for one page, so nobody counts them. */
export function assetRoutes(door: Door): Route[] {
  return [
    pageRoute(door, "/assets/{version}/{name}", (call) => serveAsset(call), { uncounted: true }),
    pageRoute(
      door,
      "/favicon.svg",
      () => content("image/svg+xml", favicon, { "cache-control": "public, max-age=86400" }),
      { uncounted: true },
    ),
  ];
}

async function serveAsset(call: Call): Promise<Reply> {
  const name = pathPart(call, "name");
  const asset = findAsset(name);
  ensure(asset, "NOT_FOUND");
  // A page from before an update gets what there is now, and does not keep it under the old name.
  const kept = pathPart(call, "version") === assetVersion;
  const headers = { "cache-control": kept ? forever : "no-store" };
  if (typeof asset.file !== "string") return content(asset.type, asset.file, headers);
  const packs = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(call.request.header("accept-encoding") ?? "");
  const vary = { ...headers, vary: "accept-encoding" };
  if (!packs) return content(asset.type, asset.file, vary);
  return content(asset.type, await compressed(name, asset.file), { ...vary, "content-encoding": "gzip" });
}

const forever = "public, max-age=31536000, immutable";

const favicon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="${leafPath}" fill="#2f7a4f"/></svg>`;
