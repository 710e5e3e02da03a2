/** The order of SRV records (RFC 2782), those of `_xmpps-server` and `_xmpp-server` mixed as XEP-0368 section 3 says. */
export interface SrvRecord {
  name: string;
  port: number;
  priority: number;
  weight: number;
  directTls: boolean;
}

/** @param random a number from 0 to below 1 */
export function inOrder(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  const priorities = [...new Set(records.map(({ priority }) => priority))].sort((a, b) => a - b);
  return priorities.flatMap((priority) =>
    byWeight(
      records.filter((record) => record.priority === priority),
      random,
    ),
  );
}

/** Each is drawn with a chance in proportion to its weight; those of weight 0 come first in line, with hardly any, and in any order. */
function byWeight(records: SrvRecord[], random: () => number): SrvRecord[] {
  const left = records
    .map((record) => ({ record, lot: random() }))
    .sort((a, b) => a.record.weight - b.record.weight || a.lot - b.lot)
    .map(({ record }) => record);
  const ordered: SrvRecord[] = [];
  while (left.length > 0) {
    const total = left.reduce((sum, { weight }) => sum + weight, 0);
    const drawn = Math.floor(random() * (total + 1));
    let sum = 0;
    const index = left.findIndex(({ weight }) => {
      sum += weight;
      return sum >= drawn;
    });
    ordered.push(...left.splice(Math.max(0, index), 1));
  }
  return ordered;
}
