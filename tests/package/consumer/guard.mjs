// Preloaded into a consumer of the package: what is not in the consumer's own folder is not there for it. With NO_NODE
// set there is no Node either, neither its modules nor its globals.
import { isBuiltin, registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

const own = `${pathToFileURL(process.cwd())}/`;
const noNode = Boolean(process.env.NO_NODE);

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    if (!context.parentURL?.startsWith(own)) return found;
    const there = isBuiltin(specifier) ? !noNode : found.url.startsWith(own);
    if (!there) throw new Error(`${context.parentURL.slice(own.length)} asks for ${specifier}, which is not there`);
    return found;
  },
});

globalThis.question = process.argv[2];
if (noNode) for (const name of ["process", "Buffer", "global", "setImmediate"]) delete globalThis[name];
