import { files } from "#assets";
import { sha256 } from "#primitives";
import { type Bytes, base64url, concat } from "../../kernel/bytes.ts";
import { type AssetName, assetTypes } from "./asset-files.ts";

/** Changes with any of the files, so that what stands under it may be kept for ever. */
export const assetVersion: string = versionOf(Object.values(files));

/** Where an asset is. All share one folder, so that scripts and styles name each other by bare names. */
export function assetPath(name: AssetName): string {
  return `/assets/${assetVersion}/${name}`;
}

/** An asset by its name, undefined where there is none. */
export function findAsset(name: string): { type: string; file: string | Bytes } | undefined {
  if (!Object.hasOwn(assetTypes, name)) return undefined;
  const known = name as AssetName;
  return { type: assetTypes[known], file: files[known] };
}

/** A text in fewer bytes, made once; fonts are as small as they get. What is sent so holds nothing of anybody's. */
export function compressed(name: string, text: string): Promise<Bytes> {
  const known = packed.get(name);
  if (known) return known;
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  const made = new Response(stream).arrayBuffer().then((bytes) => new Uint8Array(bytes));
  packed.set(name, made);
  return made;
}

const packed = new Map<string, Promise<Bytes>>();

function versionOf(all: readonly (string | Bytes)[]): string {
  return base64url(sha256(concat(...all.map((file) => sha256(file))))).slice(0, 12);
}
