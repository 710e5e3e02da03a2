/** What becomes of an address when a server of the box gets another primary domain: its own, its members', its services'. */
export type Moved = (jid: string) => string | undefined;

/** @param labels of the services beside the server's domains, such as `rooms` */
export function movedFrom(from: string, to: string, labels: readonly string[]): Moved {
  const domains = new Map([[from, to], ...labels.map((label) => [`${label}.${from}`, `${label}.${to}`] as const)]);
  return (jid) => {
    const slash = jid.indexOf('/');
    const bare = slash === -1 ? jid : jid.slice(0, slash);
    const at = bare.indexOf('@') + 1;
    const domain = domains.get(bare.slice(at));
    return domain === undefined ? undefined : jid.slice(0, at) + domain + jid.slice(bare.length);
  };
}
