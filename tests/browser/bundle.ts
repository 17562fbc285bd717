import { fileURLToPath } from "node:url";
import { build, type Rolldown } from "vite";

/** A module with all that it imports, made for browsers, as one script that leaves its exports in the global `name`. */
export async function bundle(entry: URL, name: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "silent",
    build: { write: false, target: "es2022", lib: { entry: fileURLToPath(entry), formats: ["iife"], name } },
  });
  const { output } = (Array.isArray(built) ? built[0] : built) as Rolldown.RolldownOutput;
  return output[0].code.replace(new RegExp(`^(var|const|let) ${name}\\b`, "m"), `globalThis.${name}`);
}
