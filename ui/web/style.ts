import { portalStyle } from './portal/style.ts';

const common = `
:root {
  color-scheme: light dark;
  --paper: #f4f6f7; --card: #fff; --ink: #14212b; --quiet: #5a6b78; --line: #dbe2e6;
  --accent: #0b6b60; --on-accent: #fff; --accent-soft: #e3f2ef; --problem: #b3261e; --problem-soft: #fdecea;
  --shadow: 0 1px 2px rgb(20 33 43 / .06), 0 6px 20px rgb(20 33 43 / .05);
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0c1318; --card: #141f27; --ink: #e6eef3; --quiet: #93a5b1; --line: #263640;
    --accent: #6fe0cd; --on-accent: #06231f; --accent-soft: #12302d; --problem: #ff9d94; --problem-soft: #381a18;
    --shadow: none;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100vh; min-height: 100dvh; display: flex; flex-direction: column;
  background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Cantarell, Ubuntu, sans-serif;
}
header, main, footer { width: 100%; max-width: 68rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 1rem; }
main { flex: 1; padding-top: 1.5rem; padding-bottom: 2.5rem; }
footer { padding-top: 1rem; padding-bottom: 1.5rem; color: var(--quiet); font-size: .875rem; }
.mark { display: inline-flex; align-items: center; gap: .625rem; min-height: 3rem; color: inherit; font-weight: 600; text-decoration: none; overflow-wrap: anywhere; }
.ghost { flex: none; width: 2.25rem; height: 2.25rem; padding: .375rem; border-radius: .5rem; background: #0f1b24; color: #d8f1ff; }
h1 { margin: 0 0 .5rem; font-size: clamp(1.875rem, 1.4rem + 2.2vw, 2.75rem); line-height: 1.12; letter-spacing: -.02em; text-wrap: balance; overflow-wrap: anywhere; }
h2 { margin: 0 0 .25rem; font-size: 1.25rem; line-height: 1.3; letter-spacing: -.01em; }
h3 { margin: 1.125rem 0 .375rem; font-size: .8125rem; font-weight: 600; letter-spacing: .04em; text-transform: uppercase; color: var(--quiet); }
p { margin: 0 0 1rem; }
a { color: var(--accent); text-underline-offset: .15em; }
.intro { max-width: 40rem; margin-bottom: 1.75rem; }
.lead { margin-bottom: .5rem; font-size: 1.125rem; color: var(--ink); overflow-wrap: anywhere; }
.quiet, .hint { color: var(--quiet); font-size: .9375rem; }
.intro .quiet { margin: 0; }
.note { margin: .75rem 0 0; padding: .75rem 1rem; border-radius: .75rem; background: var(--accent-soft); }
.ways { display: grid; gap: 1rem; align-items: start; }
@media (min-width: 44rem) { .ways { grid-template-columns: 1fr 1fr; gap: 1.25rem; } .landing .have, .facts { grid-row: span 2; } }
@media (min-width: 64rem) { .landing .ways { grid-template-columns: 1fr 1fr 1fr; } .landing .have { grid-row: auto; } }
.card { padding: 1.375rem 1.25rem; border: 1px solid var(--line); border-radius: 1.125rem; background: var(--card); box-shadow: var(--shadow); min-width: 0; }
.card > p { color: var(--quiet); }
.card > :last-child, form > :last-child { margin-bottom: 0; }
.button, button.button {
  display: flex; align-items: center; justify-content: center; width: 100%; min-height: 3.25rem; padding: .625rem 1.25rem;
  border: 0; border-radius: .875rem; background: var(--accent); color: var(--on-accent);
  font: inherit; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer;
}
.button:hover { filter: brightness(1.08); }
.button:active { transform: translateY(1px); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.notice .button { width: auto; display: inline-flex; margin-top: 1rem; }
.scan { display: flex; align-items: center; gap: 1rem; margin-top: 1.25rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
.scan p { margin: 0; color: var(--quiet); font-size: .9375rem; }
.scan strong { display: block; color: var(--ink); }
.qr { flex: none; width: 9rem; height: 9rem; border-radius: .75rem; background: #fff; }
@media (prefers-color-scheme: light) { .qr { border: 1px solid var(--line); } }
@media (min-width: 64rem) { .landing .scan { flex-direction: column; align-items: center; text-align: center; } .landing .qr { width: 12rem; height: 12rem; } }
.apps { display: grid; gap: .5rem; margin: 0; padding: 0; list-style: none; }
.apps a { display: flex; flex-direction: column; justify-content: center; min-height: 3.25rem; padding: .5rem 2.25rem .5rem .875rem; border: 1px solid var(--line); border-radius: .75rem; color: inherit; text-decoration: none; position: relative; line-height: 1.3; }
.apps a::after { content: "\\2197"; position: absolute; right: .875rem; top: 50%; transform: translateY(-50%); color: var(--quiet); }
.apps a:hover { border-color: var(--accent); }
.apps span { color: var(--quiet); font-size: .875rem; }
.get h3:first-of-type { margin-top: 0; }
details { margin-top: .75rem; }
summary { min-height: 2.75rem; display: flex; align-items: center; gap: .5rem; color: var(--accent); font-weight: 600; cursor: pointer; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary::after { content: ""; width: .5em; height: .5em; border: solid currentColor; border-width: 0 2px 2px 0; transform: translateY(-.15em) rotate(45deg); }
details[open] summary::after { transform: translateY(.1em) rotate(225deg); }
label { display: block; margin: 1rem 0 .375rem; font-weight: 600; }
form > label:first-of-type { margin-top: 0; }
input { width: 100%; min-height: 3.25rem; padding: .5rem .875rem; border: 1px solid var(--quiet); border-radius: .75rem; background: var(--paper); color: inherit; font: inherit; font-size: 1.0625rem; }
input:focus-visible { outline-offset: 0; border-color: var(--accent); }
input[aria-invalid] { border-color: var(--problem); border-width: 2px; }
.address { display: flex; align-items: stretch; flex-wrap: wrap; border: 1px solid var(--quiet); border-radius: .75rem; background: var(--paper); overflow: hidden; }
.address input { flex: 1 1 5rem; width: 5rem; border: 0; background: none; border-radius: .6875rem 0 0 .6875rem; }
.address span { flex: 0 1 auto; display: flex; align-items: center; padding: .25rem .875rem; color: var(--quiet); overflow-wrap: anywhere; }
.address:focus-within { outline: 3px solid var(--accent); border-color: var(--accent); }
.address input:focus-visible { outline: 0; }
.address:has([aria-invalid]) { border: 2px solid var(--problem); }
.hint { margin: .375rem 0 0; font-size: .875rem; }
form .button { margin-top: 1.25rem; }
form + .hint { margin-top: 1rem; }
.problem { margin: .5rem 0 0; padding: .625rem .875rem; border-radius: .625rem; background: var(--problem-soft); color: var(--problem); font-size: .9375rem; }
.code input { font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 1.5rem; letter-spacing: .12em; text-align: center; text-transform: uppercase; }
.code input::placeholder { color: var(--line); opacity: 1; }
.how ul { margin: .5rem 0 0; padding: 0; list-style: none; color: var(--quiet); }
.how li { padding: .75rem 0; border-top: 1px solid var(--line); }
.how li:first-child { border-top: 0; }
dl { margin: 0; }
dt { margin-top: 1rem; color: var(--quiet); font-size: .875rem; }
dt:first-child { margin-top: 0; }
dt span, dd span { color: var(--quiet); font-size: .875rem; font-weight: 400; }
dt span::before { content: "· "; }
dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
dd.big { font-size: 1.25rem; user-select: all; }
.fingerprint { font: .8125rem/1.7 ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; word-break: break-all; }
main.panel { display: flex; flex-direction: column; align-items: center; text-align: center; }
.device { width: 100%; max-width: 36rem; margin: 1rem 0 1.5rem; padding: clamp(1rem, 4vw, 2rem); border-radius: 1.75rem; background: linear-gradient(160deg, #26333d, #131c23); box-shadow: 0 1px 0 rgb(255 255 255 / .12) inset, 0 18px 50px rgb(10 20 30 / .35); }
.glass { padding: clamp(.625rem, 2vw, 1rem); border-radius: .875rem; background: #05080c; box-shadow: 0 0 0 1px rgb(0 0 0 / .6), 0 1px 0 1px rgb(255 255 255 / .07); }
.glass canvas, .glass img { display: block; width: 100%; height: auto; aspect-ratio: 2; image-rendering: pixelated; }
.buttons { display: grid; grid-template-columns: repeat(3, 1fr); gap: clamp(.5rem, 3vw, 1.25rem); margin-top: clamp(1rem, 4vw, 1.75rem); }
.buttons button { min-height: 4rem; padding: .5rem; border: 0; border-radius: 1rem; background: #33434f; color: #e8f4fb; font: inherit; font-weight: 700; letter-spacing: .08em; cursor: pointer; touch-action: manipulation; user-select: none; box-shadow: 0 3px 0 #0b1116, 0 1px 0 rgb(255 255 255 / .12) inset; }
.buttons button:active { transform: translateY(3px); box-shadow: 0 0 0 #0b1116; }
.buttons [value=pair] { background: #0b6b60; }
.buttons small { display: block; font-size: .75rem; font-weight: 400; letter-spacing: 0; color: #a9bcc9; }
`.trimStart();

/** The one style sheet, served as /style.css. No font, no picture from elsewhere. */
export const style = common + portalStyle;
