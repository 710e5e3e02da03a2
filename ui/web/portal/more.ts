/** Every command that there is, for what has no page of its own. */
import { type Html, html } from '../html.ts';
import { actions, type PortalFrame, portalPage } from './frame.ts';
import { words } from './words.ts';

export interface MoreView {
  groups: readonly { group: keyof typeof words.more.groups; commands: readonly { node: string; name: string }[] }[];
}

const said = words.more;

export function morePage(frame: PortalFrame, { groups }: MoreView): Html {
  return portalPage(
    frame,
    words.sections.more,
    html`
<p class="lead">${said.about}</p>
<div class="groups">${groups.map(
      ({ group, commands }) => html`<section class="card">
<h2>${said.groups[group]}</h2>
${actions(
  frame,
  commands.map(({ node, name }) => ({ node, label: name })),
)}
</section>
`,
    )}</div>`,
  );
}
