/** Any ad-hoc command as a page: the form that it waits with, or what it came to. */
import { type Html, html } from '../html.ts';
import { type FieldView, fieldHtml } from './field.ts';
import { type Flash, note, type PortalFrame, portalPage, token } from './frame.ts';
import { type ResultView, resultHtml } from './result.ts';
import { words } from './words.ts';

interface FormView {
  title: string;
  instructions: string;
  fields: readonly FieldView[];
}

export interface CommandView {
  node: string;
  name: string;
  /** By which the next step names it. */
  session: string;
  /** Which of its forms this is. */
  stage: string;
  form?: FormView;
  more: boolean;
  canGoBack: boolean;
  notes: readonly Flash[];
  results: readonly ResultView[];
  /** What was wrong with what was sent in. */
  problem?: string | undefined;
}

const said = words.command;

export function commandPage(frame: PortalFrame, view: CommandView): Html {
  const { form } = view;
  const title = form?.title || view.name || said.done;
  return portalPage(frame, title, form ? formCard(frame, view, form) : outcome(frame, view));
}

function formCard(frame: PortalFrame, view: CommandView, form: FormView): Html {
  const fields = form.fields.filter(isAsked);
  const isStuck = fields.some(
    ({ required, type, options }) => required && type.startsWith('list-') && options.length === 0,
  );
  return html`
${view.notes.map(note)}
<section class="card">
${instructions(form.instructions)}
<form method="post" action="/portal/step">
${view.problem === undefined ? '' : html`<p class="problem above" role="alert">${view.problem}</p>`}
${token(frame)}<input type="hidden" name="node" value="${view.node}"><input type="hidden" name="session" value="${view.session}"><input type="hidden" name="stage" value="${view.stage}"><input type="hidden" name="back" value="${frame.path}">
${fields.map((field, index) => fieldHtml(field, `f${index}`))}
<div class="acts last">
${isStuck ? '' : html`<button class="button" name="action" value="next">${view.more ? said.next : said.complete}</button>`}
${view.canGoBack ? html`<button class="small" name="action" value="prev" formnovalidate>${said.back}</button>` : ''}
<button class="small" name="action" value="cancel" formnovalidate>${said.cancel}</button>
</div>
</form>
</section>`;
}

/** A choice among nothing that nobody has to make is not shown. */
const isAsked = ({ type, required, options }: FieldView) =>
  type !== 'hidden' && (required || !type.startsWith('list-') || options.length > 0);

/** Several lines are a list: what a mode will change, say. */
function instructions(text: string): Html | '' {
  const lines = text.split('\n').filter((line) => line !== '');
  if (lines.length > 1) return html`<ul class="lines">${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
  return lines.length === 0 ? '' : html`<p>${text}</p>`;
}

function outcome(frame: PortalFrame, { notes, results }: CommandView): Html {
  return html`
${notes.map(note)}
${results.map(resultHtml)}
<p><a href="${frame.path}">${said.to(words.sections[frame.here])}</a></p>`;
}
