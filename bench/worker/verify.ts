// A Worker that verifies operations one after the other, again and again; the time is taken outside.
import type { Sent } from "../operations.ts";
import { verifyOne } from "../verify-one.ts";

export default {
  async fetch(request: Request): Promise<Response> {
    const { operations, passes } = (await request.json()) as { operations: Sent[]; passes: number };
    let verified = 0;
    for (let pass = 0; pass < passes; pass++)
      for (const operation of operations) if (await verifyOne(operation)) verified++;
    return Response.json({ verified });
  },
};
