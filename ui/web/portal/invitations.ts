/** Open invitations, each with its address and QR code, and the way to a new one. */
import { type Html, html } from '../html.ts';
import { qrSvg } from '../qr-svg.ts';
import { actions, type PortalFrame, portalPage, timeWords } from './frame.ts';
import { words } from './words.ts';

export interface InvitationView {
  code: string;
  /** Undefined where no page is served. */
  page: string | undefined;
  uri: string;
  expiresMs: number;
  uses: number;
  usesLeft: number;
  role: keyof typeof words.members.roles;
  note: string;
  circle: string | undefined;
  name: string | undefined;
  from: string | undefined;
  /** Whose password it lets be chosen anew. */
  resets: string | undefined;
  makesAccount: boolean;
}

export interface InvitationsView {
  open: readonly InvitationView[];
  nodes: { make: string | undefined; friend: string | undefined; revoke: string };
}

const said = words.invitations;

export function invitationsPage(frame: PortalFrame, { open, nodes }: InvitationsView): Html {
  const ways = [
    ...(nodes.make === undefined ? [] : [{ node: nodes.make, label: said.make, tone: 'main' } as const]),
    ...(nodes.friend === undefined ? [] : [{ node: nodes.friend, label: said.friend }]),
  ];
  return portalPage(
    frame,
    words.sections.invitations,
    html`
<p class="lead">${said.about}</p>
${actions(frame, ways)}
${open.length === 0 ? html`<p class="quiet">${said.none}</p>` : ''}
${open.map((invitation) => card(frame, invitation, nodes.revoke))}
<p class="quiet">${words.utc}</p>`,
  );
}

function card(frame: PortalFrame, invitation: InvitationView, revoke: string): Html {
  const { code, page, uri } = invitation;
  const title = titleOf(invitation);
  return html`<section class="card">
<h2>${title}</h2>
<p>${facts(invitation).join(' · ')}</p>
<details><summary>${said.show}</summary>
<div class="scan">${qrSvg(page ?? uri, said.qr)}<dl>
${page === undefined ? '' : html`<dt>${said.page}</dt><dd><a href="${page}">${page}</a></dd>`}
<dt>${said.app}</dt><dd><a href="${uri}">${uri}</a></dd>
</dl></div>
</details>
${actions(frame, [{ node: revoke, label: said.revoke, about: title, values: { codes: code }, forms: 1 }])}
</section>
`;
}

function titleOf({ note, name, resets }: InvitationView): string {
  if (resets !== undefined) return said.resets(resets);
  return note || name || said.unnamed;
}

function facts({
  uses,
  usesLeft,
  expiresMs,
  role,
  circle,
  name,
  from,
  resets,
  makesAccount,
}: InvitationView): string[] {
  const about = [
    makesAccount ? said.role(words.members.roles[role]) : said.contact,
    said.uses(usesLeft, uses),
    ...(name === undefined ? [] : [said.name(name)]),
    ...(circle === undefined ? [] : [said.circle(circle)]),
  ];
  return [
    ...(resets === undefined ? about : []),
    said.until(timeWords(expiresMs)),
    ...(from === undefined ? [] : [said.by(from)]),
  ];
}
