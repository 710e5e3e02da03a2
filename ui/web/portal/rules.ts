/** Who may do what: the mode in words, and the owner's rules in their order. */
import { type Html, html } from '../html.ts';
import { actions, type PortalFrame, portalPage, timeWords } from './frame.ts';
import { entry } from './waiting.ts';
import { words } from './words.ts';

export interface RulesView {
  mode: keyof typeof words.modes;
  /** Who makes an account, in words. */
  registration: string;
  /** In the order in which they are asked. */
  rules: readonly { id: string; words: string; why: string; setBy: string; setMs: number }[];
  nodes: {
    mode: string;
    registration: string;
    add: string;
    remove: string;
    explain: string;
    black: string;
    white: string;
  };
}

const said = words.rules;

export function rulesPage(frame: PortalFrame, { mode, registration, rules, nodes }: RulesView): Html {
  const { name, about } = words.modes[mode];
  return portalPage(
    frame,
    said.title,
    html`
<p class="lead">${said.about}</p>
<section class="card">
<h2>${said.mode}: ${name}</h2>
<p>${about} ${said.accounts(registration)}</p>
${actions(frame, [
  { node: nodes.mode, label: said.change, tone: 'main' },
  { node: nodes.registration, label: said.registration },
])}
<p class="hint">${said.changeHelp}</p>
</section>
<section class="card">
<h2>${said.rules}</h2>
${rules.length === 0 ? html`<p>${said.none}</p>` : ''}
<ol class="entries">${rules.map(({ id, words: rule, why, setBy, setMs }, index) => {
      const set = said.setBy(setBy, timeWords(setMs));
      const title = `${String(index + 1)}. ${rule}`;
      return entry(frame, title, why === '' ? set : `${why} · ${set}`, [
        { node: nodes.remove, label: said.remove, about: rule, values: { rules: id }, forms: 1 },
      ]);
    })}</ol>
${actions(frame, [
  { node: nodes.add, label: said.add },
  { node: nodes.explain, label: said.explain },
  { node: nodes.black, label: said.black },
  { node: nodes.white, label: said.white },
])}
</section>
<p class="quiet">${words.utc}</p>`,
  );
}
