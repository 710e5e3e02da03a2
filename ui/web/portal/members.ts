/** The members of a server, and one of them. */
import { type Html, html } from '../html.ts';
import { type Action, actions, type PortalFrame, pathOf, portalPage, time, timeWords } from './frame.ts';
import { entry } from './waiting.ts';
import { words } from './words.ts';

export interface MemberRow {
  local: string;
  address: string;
  role: keyof typeof words.members.roles;
  disabled: boolean;
  online: boolean;
  seenMs: number | undefined;
}

export interface MembersView {
  all: number;
  online: number;
  /** What was looked for. */
  search: string;
  found: readonly MemberRow[];
  /** There are more. */
  cut: boolean;
  nodes: { add: string; invite: string };
}

const said = words.members;

export function membersPage(frame: PortalFrame, view: MembersView): Html {
  return portalPage(
    frame,
    words.sections.members,
    html`
<p class="lead">${said.about(view.all, view.online)}</p>
${actions(frame, [
  { node: view.nodes.invite, label: said.invite, tone: 'main' },
  { node: view.nodes.add, label: said.add },
])}
<section class="card">
<form class="search" method="get" action="${pathOf('members')}">
<label for="q">${said.search}</label>
<div><input id="q" name="q" type="search" value="${view.search}" maxlength="100" autocapitalize="none" autocomplete="off"><button class="small">${said.find}</button></div>
</form>
${view.found.length === 0 ? html`<p>${said.none}</p>` : ''}
<ul class="entries">${view.found.map(
      (
        member,
      ) => html`<li><div><a href="${memberPath(member.local)}"><strong>${member.address}</strong></a><span>${standing(member)}</span></div></li>
`,
    )}</ul>
${view.cut ? html`<p class="hint">${said.cut(view.found.length)}</p>` : ''}
</section>`,
  );
}

const memberPath = (local: string) => `${pathOf('members')}/${encodeURIComponent(local)}`;

function standing({ role, disabled, online, seenMs }: MemberRow): string {
  const seen = online ? said.online : seenMs === undefined ? said.neverSeen : said.seen(timeWords(seenMs));
  return [said.roles[role], ...(disabled ? [said.disabled] : []), seen].join(' · ');
}

export interface MemberView extends MemberRow {
  createdMs: number;
  invitedBy: string | undefined;
  circles: readonly string[];
  devices: readonly { id: string; name: string; online: boolean; lastMs: number; knowsPassword: boolean }[];
  nodes: {
    role: string;
    devices: string;
    reset: string;
    disable: string;
    enable: string;
    endSessions: string;
    contacts: string;
    figures: string;
    remove: string;
  };
}

export function memberPage(frame: PortalFrame, view: MemberView): Html {
  const { one } = said;
  const seen = view.online
    ? html`${said.online}`
    : view.seenMs === undefined
      ? html`${said.neverSeen}`
      : time(view.seenMs);
  return portalPage(
    frame,
    view.address,
    html`
<div class="tiles">
<section class="card">
<dl>
<dt>${one.role}</dt><dd>${said.roles[view.role]}${view.disabled ? `, ${said.disabled}` : ''} <span>${one.roleAbout[view.role]}</span></dd>
<dt>${one.seen}</dt><dd>${seen}</dd>
<dt>${one.since}</dt><dd>${time(view.createdMs)}</dd>
${view.invitedBy === undefined ? '' : html`<dt>${one.invitedBy}</dt><dd>${view.invitedBy}</dd>`}
<dt>${one.circles}</dt><dd>${view.circles.length === 0 ? one.none : view.circles.join(', ')}</dd>
</dl>
</section>
<section class="card">
<h2>${one.devices}</h2>
${view.devices.length === 0 ? html`<p>${one.noDevices}</p>` : ''}
<ul class="entries">${view.devices.map((device) => deviceEntry(frame, view, device))}</ul>
</section>
</div>
<section class="card">
${actions(frame, commandsFor(view))}
<p class="hint">${one.resetHelp} ${one.removeHelp}</p>
</section>
<p><a href="${pathOf('members')}">${one.back}</a></p>
<p class="quiet">${words.utc}</p>`,
  );
}

function deviceEntry(
  frame: PortalFrame,
  { address, nodes }: MemberView,
  { id, name, online, lastMs, knowsPassword }: MemberView['devices'][number],
): Html {
  const seen = online ? said.online : said.seen(timeWords(lastMs));
  const detail = knowsPassword ? `${seen} · ${said.one.knowsPassword}` : seen;
  return entry(frame, name, detail, [
    {
      node: nodes.devices,
      label: said.one.takeAway,
      about: name,
      values: { accountjid: address, devices: id },
      forms: 2,
    },
  ]);
}

function commandsFor({ address, disabled, nodes }: MemberView): Action[] {
  const { one } = said;
  const [single, several] = [{ accountjid: address }, { accountjids: address }];
  return [
    { node: nodes.role, label: one.changeRole, values: single },
    { node: nodes.reset, label: one.reset, values: single, forms: 1 },
    { node: nodes.contacts, label: one.contacts, values: several, forms: 1 },
    { node: nodes.figures, label: one.figures, values: single, forms: 1 },
    { node: nodes.endSessions, label: one.endSessions, values: several },
    disabled
      ? { node: nodes.enable, label: one.enable, values: several, forms: 1 }
      : { node: nodes.disable, label: one.disable, values: several, tone: 'danger' },
    { node: nodes.remove, label: one.remove, values: several, tone: 'danger' },
  ];
}
