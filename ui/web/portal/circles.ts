import { type Html, html } from '../html.ts';
import { actions, type PortalFrame, portalPage } from './frame.ts';
import { entry } from './waiting.ts';
import { words } from './words.ts';

export interface CirclesView {
  circles: readonly {
    id: string;
    name: string;
    room: boolean;
    members: readonly string[];
    administrators: readonly string[];
  }[];
  nodes: { make: string; change: string; end: string };
}

const said = words.circles;

export function circlesPage(frame: PortalFrame, { circles, nodes }: CirclesView): Html {
  const list = circles.map(({ id, name, room, members, administrators }) => {
    const detail = [
      members.length === 0 ? said.empty : members.join(', '),
      room ? said.room : said.noRoom,
      ...(administrators.length === 0 ? [] : [said.administrators(administrators.join(', '))]),
    ].join(' · ');
    return entry(frame, name, detail, [
      { node: nodes.change, label: said.change, about: name, values: { circle: id }, forms: 1 },
      { node: nodes.end, label: said.end, about: name, values: { circle: id }, tone: 'danger' },
    ]);
  });
  return portalPage(
    frame,
    words.sections.circles,
    html`
<p class="lead">${said.about}</p>
${actions(frame, [{ node: nodes.make, label: said.make, tone: 'main' }])}
${list.length === 0 ? html`<p class="quiet">${said.none}</p>` : html`<section class="card"><ul class="entries">${list}</ul></section>`}`,
  );
}
