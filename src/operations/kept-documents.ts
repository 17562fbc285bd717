import type { Document } from "./fold.ts";

/** Documents kept in memory per process; what is dropped is loaded from its snapshot again. */
const maxKept = 1024;

/**
 * The latest state of documents in use, including what is being committed. It may lag behind another process and may
 * run ahead of the disk: commits carry the head they saw, so neither can do harm.
 */
export function keepDocuments() {
  const kept = new Map<string, { document: Document; onDisk: boolean }>();
  const writing = new Map<string, Promise<boolean>>();
  return {
    /** What the next decision rests on. */
    get(id: string): Document | undefined {
      return kept.get(id)?.document;
    },
    /** What may be shown: nothing that is still being written, as it may yet fail. */
    getWritten(id: string): Document | undefined {
      const known = kept.get(id);
      return known?.onDisk ? known.document : undefined;
    },
    keep(document: Document, onDisk: boolean): void {
      kept.delete(document.id);
      kept.set(document.id, { document, onDisk });
      if (kept.size > maxKept) kept.delete(kept.keys().next().value!);
    },
    /** Marks what has reached the disk, if nothing was decided on it since. */
    confirm(document: Document): void {
      const known = kept.get(document.id);
      if (known?.document === document) known.onDisk = true;
    },
    /** Remembers that a commit of the document is on its way. */
    begin(id: string, commit: Promise<unknown>): void {
      const done = commit.then(
        () => true,
        () => false,
      );
      const all = Promise.all([writing.get(id) ?? true, done]).then((written) => written.every(Boolean));
      writing.set(id, all);
      void all.then(() => writing.get(id) === all && writing.delete(id));
    },
    /** Whether all that was on its way has been written by now; undefined where nothing was. */
    settled(id: string): Promise<boolean> | undefined {
      return writing.get(id);
    },
    /** True where there was something to forget. */
    forget(id: string): boolean {
      return kept.delete(id);
    },
  };
}
