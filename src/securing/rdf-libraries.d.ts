/** As much of the JSON-LD libraries as is used here: neither ships types. */
declare module "jsonld" {
  type RemoteDocument = { contextUrl: null; documentUrl: string; document: object; tag: "static" };

  const jsonld: {
    toRDF(
      input: object,
      options: {
        base: null;
        safe: boolean;
        rdfDirection: "i18n-datatype";
        produceGeneralizedRdf: boolean;
        documentLoader(url: string): Promise<RemoteDocument>;
      },
    ): Promise<import("./rdf.ts").Quad[]>;
  };
  export default jsonld;
}

declare module "rdf-canonize" {
  type Digest = { update(text: string): void; digest(): string | Promise<string> };

  const canonize: {
    canonize(
      quads: import("./rdf.ts").Quad[],
      options: {
        algorithm: "RDFC-1.0";
        maxDeepIterations: number;
        createMessageDigest(): Digest;
        signal: { readonly aborted: boolean };
      },
    ): Promise<string>;
  };
  export default canonize;
}
