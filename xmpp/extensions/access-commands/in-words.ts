import { badPayload } from '../../routing/command-answers.ts';

/** What an owner typed and what cannot be is a mistake in the form. @throws StanzaError bad-payload */
export async function typed<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RangeError) throw badPayload(`${error.message}.`);
    throw error;
  }
}
