/** Characters of an image's URL. */
export const maxImageLength = 2048;

/** What the URL of an image may be, in words. */
export const imageRule = `An image is an https or ipfs URL of at most ${maxImageLength} characters, without credentials.`;

// Characters of RFC 3986 alone: URL parsers drop or turn others, each in its own way.
const written = /^(?:https|ipfs):\/\/[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+$/i;

/** Whether a text is such a URL. */
export function isImageUrl(text: string): boolean {
  if (text.length > maxImageLength || !written.test(text)) return false;
  const url = URL.parse(text);
  return url !== null && url.host !== "" && url.username === "" && url.password === "";
}
