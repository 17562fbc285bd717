import { type OperationReport, verifyOperation } from "renown";

export const report: OperationReport = await verifyOperation({}, { now: 0 });

/** A closed list of verdicts, not just any text, tells that the declarations have reached their consumer. */
export const verdicts: string extends OperationReport["verdict"] ? "open" : "closed" = "closed";
