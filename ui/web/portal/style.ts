/** The part of the style sheet that only the portal's pages need. */
export const portalStyle = `
main.portal { padding-top: .5rem; }
.portal-frame { display: grid; gap: 1.5rem; grid-template-columns: minmax(0, 1fr); }
.portal h1 { font-size: clamp(1.625rem, 1.3rem + 1.4vw, 2.125rem); margin-bottom: .75rem; }
.portal .card { margin: 0 0 1rem; }
.portal .card > p:last-child { margin-bottom: 0; }
.portal .lead { max-width: 44rem; font-size: 1.0625rem; color: var(--quiet); margin-bottom: 1.25rem; }
.menu ul { display: flex; flex-wrap: wrap; gap: .375rem; margin: 0; padding: 0; list-style: none; }
.menu a { display: flex; align-items: center; gap: .375rem; min-height: 2.75rem; padding: .25rem .75rem; border: 1px solid var(--line); border-radius: .75rem; background: var(--card); color: inherit; font-size: .9375rem; text-decoration: none; }
.menu a:hover { border-color: var(--accent); }
.menu a[aria-current] { border-color: var(--accent); background: var(--accent-soft); font-weight: 600; }
.count { min-width: 1.5rem; padding: 0 .375rem; border-radius: 1rem; background: var(--accent); color: var(--on-accent); font-size: .8125rem; line-height: 1.5rem; text-align: center; }
.who { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .5rem; margin-top: .75rem; color: var(--quiet); font-size: .875rem; overflow-wrap: anywhere; }
@media (min-width: 56rem) {
  .portal-frame { grid-template-columns: 12.5rem minmax(0, 1fr); gap: 2.5rem; }
  .menu ul { flex-direction: column; gap: .125rem; }
  .menu a { border-color: transparent; background: none; }
  .menu .count { margin-left: auto; }
  .who { flex-direction: column; align-items: flex-start; margin-top: 1.25rem; padding: 1rem .75rem 0; border-top: 1px solid var(--line); }
}
.tiles { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); }
.portal .tiles .card { margin: 0; }
.tiles + .card, .tiles + p { margin-top: 1rem !important; }
@media (min-width: 40rem) { .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
@media (min-width: 44rem) { .groups { columns: 2; column-gap: 1rem; } .groups .card { break-inside: avoid; } }
.small { min-height: 2.75rem; padding: .375rem .875rem; border: 1px solid var(--line); border-radius: .75rem; background: var(--card); color: inherit; font: inherit; font-size: .9375rem; font-weight: 600; cursor: pointer; }
.small:hover { border-color: var(--accent); }
.small.main { border-color: transparent; background: var(--accent); color: var(--on-accent); }
.small.danger { color: var(--problem); }
.acts { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; margin: .75rem 0; }
.card > .acts:first-child { margin-top: 0; }
.card > .acts:last-child { margin-bottom: 0; }
.acts .button { width: auto; margin: 0; min-width: 8rem; }
.acts.last { margin: 1.5rem 0 0; }
.entries { margin: 0; padding: 0; list-style: none; }
.entries li { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .25rem 1rem; padding: .75rem 0; border-top: 1px solid var(--line); }
.entries li:first-child { border-top: 0; }
.entries li > div:first-child { flex: 1 1 16rem; min-width: 0; overflow-wrap: anywhere; }
.entries li span { display: block; color: var(--quiet); font-size: .9375rem; }
.entries a { text-decoration: none; }
.entries a:hover { text-decoration: underline; }
.entries .acts { margin: 0; }
.plain { margin: 0; padding: 0; list-style: none; }
.plain li { padding: .25rem 0; overflow-wrap: anywhere; }
.plain span { color: var(--quiet); font-size: .9375rem; }
.lines { margin: 0 0 1rem; padding-left: 1.25rem; }
.lines li { padding: .1875rem 0; }
.problem.above { margin: 0 0 1rem; }
.portal .note, .portal-body > .problem { margin: 0 0 1rem; }
.portal dd a { font-weight: 500; }
.portal .card > .scan { margin: 0 0 1rem; padding: 0; border: 0; }
.portal dd + dd { margin-top: .25rem; }
.portal dd span { display: block; }
label span { color: var(--quiet); font-weight: 400; }
fieldset { margin: 1rem 0 0; padding: 0; border: 0; min-width: 0; }
legend { margin-bottom: .25rem; padding: 0; font-weight: 600; }
.choice { display: flex; align-items: center; gap: .75rem; margin: 0; }
.choice input { flex: none; width: 1.375rem; min-height: 0; height: 1.375rem; margin: 0; accent-color: var(--accent); }
.choice label { flex: 1; min-width: 0; margin: 0; padding: .625rem 0; font-weight: 400; overflow-wrap: anywhere; }
.portal form > .choice { margin-top: .5rem; }
textarea, select { width: 100%; min-height: 3.25rem; padding: .625rem .875rem; border: 1px solid var(--quiet); border-radius: .75rem; background: var(--paper); color: inherit; font: inherit; font-size: 1.0625rem; }
textarea { resize: vertical; }
textarea:focus-visible, select:focus-visible { outline-offset: 0; border-color: var(--accent); }
.search > div { display: flex; gap: .5rem; }
.search .small { min-height: 3.25rem; }
.pages { display: flex; gap: 1.5rem; }
table.rows { width: 100%; border-collapse: collapse; font-size: .9375rem; }
.rows th { padding: .5rem .75rem .5rem 0; color: var(--quiet); font-size: .8125rem; text-align: left; vertical-align: bottom; }
.rows td { padding: .5rem .75rem .5rem 0; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: break-word; }
@media (max-width: 47.99rem) {
  .rows thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .rows, .rows tbody, .rows tr, .rows td { display: block; }
  .rows tr { padding: .5rem 0; border-top: 1px solid var(--line); }
  .rows tr:first-child { border-top: 0; }
  .rows td { display: grid; grid-template-columns: 7rem minmax(0, 1fr); gap: .5rem; padding: .1875rem 0; border: 0; }
  .rows td::before { content: attr(data-label); color: var(--quiet); }
  .rows td:empty { display: none; }
}
.aside { margin-top: 2rem; }
@media (max-width: 27rem) { .portal .scan { flex-direction: column; align-items: flex-start; } .portal .qr { width: 12rem; height: 12rem; } }
`.trimStart();
