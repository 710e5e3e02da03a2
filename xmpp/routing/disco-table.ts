/**
 * What the host says of itself: identities and features (XEP-0030), and forms (XEP-0128). Filled from the extensions, read by
 * extensions/disco.ts.
 */
import { type FormField, formElement } from '../data-form.ts';
import type { Element } from '../xml.ts';

/** 'server': the host's domain. 'account': a member's bare JID. */
export type DiscoTarget = 'server' | 'account';

export interface Identity {
  category: string;
  type: string;
  name?: string;
}

export interface DiscoItem {
  jid: string;
  node?: string;
  name?: string;
}

export class DiscoTable {
  readonly #features = { server: new Set<string>(), account: new Set<string>() };
  readonly #identities: Record<DiscoTarget, Identity[]> = { server: [], account: [] };
  readonly #forms: Record<DiscoTarget, Map<string, (() => readonly FormField[])[]>> = {
    server: new Map(),
    account: new Map(),
  };

  /** Of the form with this FORM_TYPE, which several may add to; made anew for each answer. */
  addFormFields(target: DiscoTarget, formType: string, make: () => readonly FormField[]): void {
    const makers = this.#forms[target].get(formType);
    if (makers) makers.push(make);
    else this.#forms[target].set(formType, [make]);
  }

  /** Those that have fields now. */
  forms(target: DiscoTarget): Element[] {
    return [...this.#forms[target]].flatMap(([formType, makers]) => {
      const fields = makers.flatMap((make) => make());
      return fields.length === 0 ? [] : [formElement('result', formType, fields)];
    });
  }

  addFeatures(target: DiscoTarget, features: Iterable<string>): void {
    for (const feature of features) this.#features[target].add(feature);
  }

  addIdentities(target: DiscoTarget, identities: Iterable<Identity>): void {
    this.#identities[target].push(...identities);
  }

  /** Sorted, as XEP-0115 hashes them. */
  features(target: DiscoTarget): string[] {
    return [...this.#features[target]].sort();
  }

  identities(target: DiscoTarget): readonly Identity[] {
    return this.#identities[target];
  }
}
