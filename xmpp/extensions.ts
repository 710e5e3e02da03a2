/** What the server speaks, in the order in which the hooks run. */
import type { Extension } from './extension.ts';

export const extensions: readonly Extension[] = [];
