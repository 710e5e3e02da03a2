/** The ad-hoc commands that pages of the portal have buttons for. */
const ADMIN = 'http://jabber.org/protocol/admin';
const ACCESS = 'urn:casp3r:access';
const CIRCLES = 'urn:casp3r:circles';
const MEMBERS = 'urn:casp3r:members';

export const NODES = {
  mode: `${ACCESS}#mode`,
  registration: `${ACCESS}#registration`,
  addRule: `${ACCESS}#add-rule`,
  removeRule: `${ACCESS}#remove-rule`,
  explain: `${ACCESS}#explain`,
  held: `${ACCESS}#held`,
  requests: `${ACCESS}#requests`,
  approvals: `${ACCESS}#approvals`,
  blacklist: `${ADMIN}#edit-blacklist`,
  whitelist: `${ADMIN}#edit-whitelist`,
  addUser: `${ADMIN}#add-user`,
  removeUser: `${ADMIN}#delete-user`,
  disableUser: `${ADMIN}#disable-user`,
  enableUser: `${ADMIN}#reenable-user`,
  endSessions: `${ADMIN}#end-user-session`,
  contacts: `${ADMIN}#get-user-roster`,
  figures: `${ADMIN}#user-stats`,
  role: `${MEMBERS}#role`,
  devices: `${MEMBERS}#devices`,
  reset: 'urn:casp3r:password#reset',
  invite: 'urn:xmpp:invite#create-account',
  inviteFriend: 'urn:xmpp:invite#invite',
  revokeInvite: 'urn:casp3r:invite#revoke',
  makeCircle: `${CIRCLES}#create`,
  changeCircle: `${CIRCLES}#change`,
  endCircle: `${CIRCLES}#remove`,
} as const;

/** In the order in which they are shown. */
const GROUPS = ['people', 'invitations', 'access', 'circles', 'told', 'box', 'lists', 'other'] as const;

export type Group = (typeof GROUPS)[number];

/** The first that takes a command has it. */
const MEMBERS_OF: readonly [Group, RegExp][] = [
  ['access', /^urn:casp3r:access#|#edit-(?:black|white)list$/],
  ['invitations', /:invite#/],
  ['circles', /^urn:casp3r:circles#/],
  ['lists', /admin#get-(?:registered|disabled|online|active|idle)-/],
  ['told', /admin#(?:announce|.*-motd|.*-welcome)$/],
  ['box', /admin#(?:restart|shutdown)$/],
  ['people', /^http:\/\/jabber\.org\/protocol\/admin#|^urn:casp3r:(?:members|password)#/],
];

const groupOf = (node: string): Group => MEMBERS_OF.find(([, takes]) => takes.test(node))?.[0] ?? 'other';

/** The commands of this asker, in groups that have any. */
export function grouped<T extends { node: string }>(all: readonly T[]): { group: Group; commands: T[] }[] {
  const groups = GROUPS.map((group) => ({ group, commands: all.filter(({ node }) => groupOf(node) === group) }));
  return groups.filter(({ commands }) => commands.length > 0);
}
