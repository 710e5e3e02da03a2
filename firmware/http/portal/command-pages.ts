/**
 * Ad-hoc commands as pages: any of them, by its form. `begin` takes a button of a page, which may know some of the answers already;
 * `step` takes a form that was filled in. What a command has to say when it is over stands on the page where it was begun, unless
 * there is more to see than a sentence.
 */
import { createHash } from 'node:crypto';
import { textOf } from '../../../ui/web/html.ts';
import { type CommandView, commandPage } from '../../../ui/web/portal/command.ts';
import type { FieldView } from '../../../ui/web/portal/field.ts';
import { SECTIONS, type Section } from '../../../ui/web/portal/frame.ts';
import { words } from '../../../ui/web/portal/words.ts';
import type { DeskAnswers, DeskStep } from '../../../xmpp/routing/command-desk.ts';
import { StanzaError } from '../../../xmpp/routing/stanza-error.ts';
import { CommitError } from '../../../xmpp/store/store.ts';
import { frameOf } from './frame-of.ts';
import { type Page, ROOT } from './gate.ts';
import type { Flash, PortalSession } from './sessions.ts';

/** Of a button: how many forms it fills in by itself. */
const MAX_FORMS = 2;
const PREFIX = 'f.';
const PATH = /^\/portal(?:\/([a-z]+)(?:\/[A-Za-z0-9%._~!()*-]{1,3000})?)?$/;

type Given = ReadonlyMap<string, readonly string[]>;

export class CommandPages {
  async begin(c: Page, session: PortalSession, form: URLSearchParams): Promise<Response> {
    const { desk } = session;
    const node = form.get('node') ?? '';
    const [given, path] = [givenIn(form), pathIn(form)];
    const forms = Math.min(MAX_FORMS, Number(form.get('forms')) || 0);
    let step: DeskStep | undefined;
    try {
      step = await desk.begin(node);
      for (let n = 0; n < forms && step.form; n += 1)
        step = await desk.answer(node, step.session, answersTo(step.form.fields, given, 'as it stands'));
    } catch (error) {
      return this.#refused(c, session, path, error, { node, session: step?.session ?? '', given });
    }
    return this.#show(c, session, path, { ...step, ...(step.form && { form: filledIn(step.form, given) }) });
  }

  async step(c: Page, session: PortalSession, form: URLSearchParams): Promise<Response> {
    const { desk } = session;
    const [node, id, action] = [form.get('node') ?? '', form.get('session') ?? '', form.get('action') ?? 'next'];
    const [given, path] = [givenIn(form), pathIn(form)];
    const waiting = desk.waiting(node, id);
    if (!waiting?.form) return this.#leave(c, session, path, { type: 'error', text: words.command.expired });
    const answers = answersTo(waiting.form.fields, given, 'empty');
    try {
      if (action === 'cancel') {
        await desk.cancel(node, id);
        return c.redirect(path, 303);
      }
      // What was read there is not what would be said yes to here.
      if (form.get('stage') !== stageOf(waiting))
        return this.#page(c, session, path, { ...waiting, problem: words.command.elsewhere }, 422);
      const step = await (action === 'prev' ? desk.back(node, id) : desk.answer(node, id, answers));
      return this.#show(c, session, path, step);
    } catch (error) {
      return this.#refused(c, session, path, error, { node, session: id, given: answers });
    }
  }

  /** With the form once more where it still waits. @throws what is no answer to the person */
  #refused(
    c: Page,
    session: PortalSession,
    path: string,
    error: unknown,
    { node, session: id, given }: { node: string; session: string; given: Given },
  ): Response | Promise<Response> {
    const text = wordsFor(error);
    const waiting = session.desk.waiting(node, id);
    if (!waiting?.form) return this.#leave(c, session, path, { type: 'error', text });
    return this.#page(c, session, path, { ...waiting, form: filledIn(waiting.form, given), problem: text }, 422);
  }

  #show(c: Page, session: PortalSession, path: string, step: DeskStep): Response | Promise<Response> {
    const [note] = step.notes;
    const isSaid = !step.form && step.results.length === 0 && step.notes.length < 2;
    if (isSaid) return this.#leave(c, session, path, note ?? { type: 'info', text: words.command.done });
    return this.#page(c, session, path, step, 200);
  }

  #page(
    c: Page,
    session: PortalSession,
    path: string,
    view: Omit<CommandView, 'stage'>,
    status: 200 | 422,
  ): Response | Promise<Response> {
    return c.html(
      textOf(commandPage(frameOf(session, sectionOf(path), path), { ...view, stage: stageOf(view) })),
      status,
    );
  }

  #leave(c: Page, session: PortalSession, path: string, flash: Flash): Response {
    session.setFlash(flash);
    return c.redirect(path, 303);
  }
}

/** Tells the forms of one command from each other, so that one that was left open in another tab is not taken for the one that waits. */
function stageOf({ form }: Pick<CommandView, 'form'>): string {
  const fields = form?.fields.map(({ values: _, ...field }) => field);
  const asked = JSON.stringify([form?.title, form?.instructions, fields]);
  return createHash('sha256').update(asked).digest('base64url').slice(0, 16);
}

/** Where the command was begun; the first page for what is none of the portal's. */
function pathIn(form: URLSearchParams): string {
  const path = form.get('back') ?? '';
  return PATH.test(path) ? path : ROOT;
}

function sectionOf(path: string): Section {
  return SECTIONS.find((section) => section === PATH.exec(path)?.[1]) ?? 'overview';
}

function givenIn(form: URLSearchParams): Given {
  const given = new Map<string, string[]>();
  for (const [name, value] of form) {
    if (!name.startsWith(PREFIX)) continue;
    const values = given.get(name.slice(PREFIX.length)) ?? [];
    values.push(value);
    given.set(name.slice(PREFIX.length), values);
  }
  return given;
}

/** @param otherwise of what was not given: a box that is not ticked is not sent by a browser */
function answersTo(fields: readonly FieldView[], given: Given, otherwise: 'as it stands' | 'empty'): DeskAnswers {
  return new Map(
    fields.map((field) => {
      const { var: name, type, values } = field;
      const kept = otherwise === 'as it stands' || type === 'hidden' || type === 'fixed';
      const sent = given.get(name) ?? (kept ? values : []);
      return [name, type === 'text-multi' || type === 'jid-multi' ? linesOf(sent, type) : sent];
    }),
  );
}

function linesOf(values: readonly string[], type: 'text-multi' | 'jid-multi'): string[] {
  const lines = values.flatMap((value) => value.split(/\r\n|\r|\n/));
  return type === 'jid-multi' ? lines.map((line) => line.trim()).filter((line) => line !== '') : lines;
}

/** Passwords are typed anew. */
function filledIn<F extends { fields: readonly FieldView[] }>(form: F, given: Given): F {
  const fields = form.fields.map((field) => {
    const values = field.type === 'text-private' ? [] : given.get(field.var);
    return values === undefined ? field : { ...field, values };
  });
  return { ...form, fields };
}

/** @throws what is no answer to the person */
function wordsFor(error: unknown): string {
  if (error instanceof CommitError) return words.command.diskFull;
  if (!(error instanceof StanzaError)) throw error;
  if (error.condition === 'forbidden') return words.command.forbidden;
  return error.text ?? words.command.expired;
}
