// Words that stand beside the log: what is signed has a digest of each alone.

/**
 * @typedef {{ text: string, digest: string }} Disclosure
 */

/**
 * What an operation commits to of what is said, and what is sent beside it. Nothing is committed to where nothing is said.
 * @param {[name: string, value: unknown][]} said @returns {Promise<{ committed: { _sd?: string[] }, disclosures: string[] }>}
 */
export async function committedTo(said) {
  const made = await Promise.all(said.map(([name, value]) => disclose(name, value)));
  const committed = made.length > 0 ? { _sd: made.map(({ digest }) => digest) } : {};
  return { committed, disclosures: made.map(({ text }) => text) };
}

/** base64url of the JSON array of a salt, a name and a value, and its digest (RFC 9901). @param {string} name @param {unknown} value @returns {Promise<Disclosure>} */
async function disclose(name, value) {
  const salt = base64url(crypto.getRandomValues(new Uint8Array(16)));
  const text = base64url(new TextEncoder().encode(JSON.stringify([salt, name, value])));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return { text, digest: base64url(new Uint8Array(digest)) };
}

/** @param {Uint8Array} bytes */
function base64url(bytes) {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
