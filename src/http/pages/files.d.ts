/** Files as workerd's bundle has them: texts, and the bytes of fonts. */
declare module "*.css" {
  const text: string;
  export default text;
}

declare module "*.browser.js" {
  const text: string;
  export default text;
}

declare module "*.woff2" {
  const bytes: ArrayBuffer;
  export default bytes;
}
