/** Files of WebAssembly as workerd imports them: compiled, not yet instantiated. */
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

/** As much of the WebAssembly JavaScript interface as is used here: TypeScript has it in `lib.dom` only. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }

  class Instance {
    readonly exports: object;
    constructor(module: Module, imports?: Record<string, Record<string, unknown>>);
  }

  class Memory {
    readonly buffer: ArrayBuffer;
    constructor(pages: { initial: number; maximum: number });
  }

  class Table {
    constructor(size: { element: "anyfunc"; initial: number; maximum: number });
  }
}
