import { STYLE } from '../documents/style.js';

/** The look of the pages: that of report and plan, with navigation and forms. */
export const WEB_STYLE = `${STYLE}
:root { --link: #0b57d0; --button: #0b57d0; --button-ink: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --link: #8ab4f8; --button: #8ab4f8; --button-ink: #10131a; } }
a { color: var(--link); }
.alarm a, .good a { color: inherit; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip-link { position: absolute; left: -999rem; }
.skip-link:focus { left: 1rem; top: .5rem; background: var(--paper); padding: .5rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.top { display: flex; flex-wrap: wrap; gap: .6rem 1.5rem; justify-content: space-between; align-items: center; border-bottom: 1px solid var(--line); padding-bottom: .6rem; margin-bottom: 1.2rem; }
.top nav { display: flex; flex-wrap: wrap; gap: .4rem 1.2rem; }
.who { display: flex; gap: .6rem; align-items: center; }
.wide { overflow-x: auto; }
form.filter, form.act fieldset, fieldset { display: flex; flex-wrap: wrap; gap: .6rem 1rem; align-items: end; margin: .8rem 0; }
form.act { margin: 1rem 0; }
fieldset { border: 1px solid var(--line); border-radius: .4rem; padding: .7rem 1rem; }
fieldset p { flex-basis: 100%; margin: 0; color: var(--soft); }
label { display: flex; flex-direction: column; gap: .2rem; font-size: .85rem; color: var(--soft); }
input, select, button { font: inherit; padding: .4rem .6rem; border: 1px solid var(--soft); border-radius: .3rem; background: var(--paper); color: var(--ink); min-height: 2.5rem; }
input[type="checkbox"] { min-height: 1.5rem; min-width: 1.5rem; }
button { background: var(--button); color: var(--button-ink); border-color: var(--button); cursor: pointer; }
button.quiet { background: none; color: var(--link); border-color: var(--line); }
td[data-title="Since"] { white-space: nowrap; }
tbody th { font-size: inherit; font-weight: inherit; border-bottom-width: 1px; vertical-align: top; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--band); padding: 1rem; border-radius: .4rem; font: .85rem/1.5 ui-monospace, Consolas, monospace; }
ul.pages { display: flex; gap: 1rem; list-style: none; padding: 0; }
@media print { .top, form, .skip-link { display: none; } }
`;
