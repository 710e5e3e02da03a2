// Writes the pages that are made from the sources: docs/xeps.md and doap.xml. Run by `npm run docs`, after a build.
import { writeFileSync } from 'node:fs';
import { doap, xepTable } from '../dist/xmpp/facts.js';

writeFileSync('docs/xeps.md', xepTable());
writeFileSync('doap.xml', doap());
