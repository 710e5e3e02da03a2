/** What commands print on standard output. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(facts: unknown): void {
  print(JSON.stringify(facts, null, 2));
}

/** Columns as wide as they need; the last is left ragged. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => (row[i] ?? '').length)));
  for (const row of [head, ...rows])
    print(
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}
