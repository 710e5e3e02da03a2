/** Where in a TOML text a key stands, and which known key a wrong one was meant to be: for errors that point at the place. */

/**
 * The line (from 1) of a key such as ['listen', 'c2s']; of the nearest table above it where the key itself is not written in a
 * line of its own; 1 where nothing of it is found.
 */
export function lineOf(toml: string, path: readonly string[]): number {
  let table: string[] = [];
  let best = { depth: 0, line: 1 };
  for (const [index, raw] of toml.split('\n').entries()) {
    const header = /^\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(#.*)?$/.exec(raw);
    const key = /^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=/.exec(raw);
    if (header?.[1] !== undefined) table = partsOf(header[1]);
    else if (key?.[1] === undefined) continue;
    const here = header ? table : [...table, ...partsOf(key?.[1] ?? '')];
    const depth = commonDepth(here, path);
    if (depth > best.depth) best = { depth, line: index + 1 };
  }
  return best.line;
}

/** The known key that is within two typing slips of this one. */
export function nearest(key: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((name) => ({ name, far: distance(key.toLowerCase(), name) }))
    .sort((one, other) => one.far - other.far);
  const [best] = ranked;
  return best && best.far <= Math.max(2, Math.floor(key.length / 3)) ? best.name : undefined;
}

function partsOf(key: string): string[] {
  return (key.match(/[\w-]+|"[^"]*"|'[^']*'/g) ?? []).map((part) => part.replace(/^(["'])(.*)\1$/, '$2'));
}

function commonDepth(here: readonly string[], path: readonly string[]): number {
  if (here.length > path.length) return 0;
  return here.every((part, index) => part === path[index]) ? here.length : 0;
}

/** Levenshtein distance. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const swap = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
