import type { PolicyLimits, Published } from "../reputation/policy-document.ts";
import type { Reader } from "./statement.ts";

/** How much accounts have published, as the read models tell. */
export function policyLimits(reader: Reader): PolicyLimits {
  return {
    published: async (account, since) => {
      const [found] = await reader.rows<Published>({ sql: publishedSince, params: [account, since] });
      return found!;
    },
  };
}

const publishedSince =
  "SELECT count(*) AS versions, coalesce(sum(bytes), 0) AS bytes FROM policy_versions " +
  "WHERE account = ? AND published_at > ? + 0";
