// A host app: prints the library's report on the {operation, context} of its question, and on a bundle that is none.
import { auditBundle, verifyOperation } from "renown";

const report = await verifyOperation(JSON.parse(globalThis.question), { now: Date.parse("2026-11-20T12:00:00.000Z") });
const audit = await auditBundle({}).catch((error) => error.code ?? error.stack);
console.log(JSON.stringify({ report, audit }));
