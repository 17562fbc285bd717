// Loaded before a case: puts `primitives-wasm.ts` in the place of `#primitives`.
import { registerHooks } from "node:module";

const stand = new URL("./primitives-wasm.ts", import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "#primitives" ? { url: stand, shortCircuit: true } : next(specifier, context),
});
