import { z } from "zod";
import { hex } from "../kernel/bytes.ts";
import { readAs } from "../kernel/misfit.ts";
import { isExactIso } from "../kernel/time.ts";
import { type Account, maxChainId } from "./did.ts";

/** Bytes of the call that an ERC-6492 signature may have a factory run: known wallets need a third of it. */
export const maxFactoryData = 4096;

const hexOf = (bytes: number) => z.string().regex(new RegExp(`^0x[0-9a-f]{${2 * bytes}}$`));

/**
 * What a contract said yes to, where and when: enough for anyone with an archive node to ask again. Hex in lower case.
 * @see docs/operations.md, "Who may speak"
 */
export const asCheckedForm = z.strictObject({
  method: z.literal("contract"),
  chainId: z.int().min(1).max(maxChainId),
  address: hexOf(20),
  /** The 32 bytes that it was asked about. */
  digest: hexOf(32),
  blockNumber: z.int().min(0),
  blockHash: hexOf(32),
  /** keccak-256 of the account's code in that block; of no bytes where it was not deployed. */
  codeHash: hexOf(32),
  checkedAt: z.string().refine(isExactIso),
  /** Where it was not deployed: what would deploy it (ERC-6492). */
  factory: hexOf(20).optional(),
  factoryData: z
    .string()
    .max(2 + 2 * maxFactoryData)
    .regex(/^0x(?:[0-9a-f]{2})*$/)
    .optional(),
});

export type AsChecked = z.infer<typeof asCheckedForm>;

/** Undefined where the value is no record of a check. */
export function readAsChecked(value: unknown): AsChecked | undefined {
  return readAs(asCheckedForm, value);
}

/** Whether the record is of this question: the same account, on its chain, and the same bytes. */
export function isOf(record: AsChecked, account: Account, digest: Uint8Array): boolean {
  const { chainId, address } = record;
  return chainId === account.chainId && address === account.address && record.digest === `0x${hex(digest)}`;
}
