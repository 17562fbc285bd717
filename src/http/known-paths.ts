import type { Result, Router } from "hono/router";
import { TrieRouter } from "hono/router/trie-router";

/** Paths that are remembered with what serves them, and the characters that one may have. */
const maxKnown = 1024;
const maxLength = 256;

/**
 * Finds the routes of a path, and remembers it: most requests ask for what was asked for a moment ago, and walking the
 * routes costs as much as all else that is done before a handler begins.
 */
export function knownPaths<T>(): Router<T> {
  const routes = new TrieRouter<T>();
  const known = new Map<string, Result<T>>();
  return {
    name: "KnownPaths",
    add: (method, path, handler) => {
      known.clear();
      routes.add(method, path, handler);
    },
    match: (method, path) => {
      const name = `${method} ${path}`;
      const remembered = known.get(name);
      if (remembered) return remembered;
      const found = routes.match(method, path);
      if (found[0].length === 0 || name.length > maxLength) return found;
      if (known.size >= maxKnown) known.clear();
      known.set(name, found);
      return found;
    },
  };
}
