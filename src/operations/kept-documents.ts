import type { Document } from "./fold.ts";

/** Documents kept in memory per process; what is dropped is loaded from its snapshot again. */
const maxKept = 1024;

/**
 * The latest state of documents in use, including what is being committed. It may lag behind another process and may
 * run ahead of the disk: commits carry the head they saw, so neither can do harm.
 */
export function keepDocuments() {
  const kept = new Map<string, Document>();
  return {
    get(id: string): Document | undefined {
      return kept.get(id);
    },
    keep(document: Document): void {
      kept.delete(document.id);
      kept.set(document.id, document);
      if (kept.size > maxKept) kept.delete(kept.keys().next().value!);
    },
    /** True where there was something to forget. */
    forget(id: string): boolean {
      return kept.delete(id);
    },
  };
}
