import { recoverAddress } from "../../../identity/wallet.ts";
import { fromHex } from "../../../kernel/bytes.ts";
import { Failure } from "../../../kernel/failure.ts";
import { shortAddress } from "../address.ts";
import { fill, texts } from "../texts.ts";

/**
 * The same refusal, with the account that did sign where one can be found: wallets with several accounts sign with the
 * one that is chosen in them.
 */
export function signedByOther(refusal: Failure, digest: Uint8Array, signature: string, asked: string): Failure {
  const bytes = fromHex(signature.replace(/^0x/, ""));
  const signer = bytes && recoverAddress(digest, bytes);
  if (!signer || signer === asked) return refusal;
  return new Failure(
    refusal.code,
    fill(texts.wallet.otherSigner, { signer: shortAddress(signer), asked: shortAddress(asked) }),
  );
}
