/** Look of the pages people open, report and plan: light and dark by the reader's choice, cards on a phone, black on white on paper. */
export const STYLE = `
:root { --ink: #1b1f24; --soft: #59636e; --paper: #ffffff; --line: #d1d9e0; --band: #f6f8fa; --red: #b3261e; --good: #e6f4ea; --good-ink: #0f5223; --alarm: #fdecea; --alarm-ink: #8c1d18; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ec; --soft: #9aa5b1; --paper: #14171a; --line: #343b43; --band: #1d2226; --red: #ff8a80; --good: #12361f; --good-ink: #a6e3b7; --alarm: #46201d; --alarm-ink: #ffb4ab; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 76rem; background: var(--paper); color: var(--ink); font: 15px/1.45 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { margin: 0; font-size: 1.6rem; }
h2 { margin: 2rem 0 .4rem; font-size: 1.1rem; }
header p, section > p, footer { color: var(--soft); margin: .2rem 0 .6rem; }
footer { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: .8rem; font-size: .85rem; }
.digest { font-family: ui-monospace, Consolas, monospace; overflow-wrap: anywhere; }
.good, .alarm { padding: .7rem 1rem; border-radius: .4rem; font-weight: 600; }
.good { background: var(--good); color: var(--good-ink); }
.alarm { background: var(--alarm); color: var(--alarm-ink); }
article { margin: 0 0 1rem; padding: .7rem 1rem; border: 1px solid var(--line); border-radius: .4rem; }
article h3 { margin: 0; font-size: 1rem; overflow-wrap: anywhere; }
article h3 .amount { display: inline-block; min-width: 8.5rem; text-align: left; }
article small { color: var(--soft); font-weight: 400; margin-left: .4rem; }
article p { margin: .3rem 0; }
article table.parts { width: auto; }
article table.parts tr { background: none; }
article table.parts td { border: 0; padding: .1rem .8rem .1rem 0; font-size: .9rem; }
table { width: 100%; border-collapse: collapse; }
table.sums { width: auto; min-width: 24rem; }
th { text-align: left; font-size: .8rem; color: var(--soft); border-bottom: 2px solid var(--line); padding: .3rem .6rem; vertical-align: bottom; }
td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: break-word; }
tbody tr:nth-child(even) { background: var(--band); }
.amount { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.negative { color: var(--red); }
code { font: .82em ui-monospace, Consolas, monospace; user-select: all; overflow-wrap: anywhere; }
ul { padding-left: 1.2rem; }
.choice { border: 1px solid var(--line); border-radius: .4rem; margin: 1rem 0; }
.choice label { margin-right: 1.2rem; }
main:has(#only-held:checked) [data-parts]:not([data-parts~="held"]), main:has(#only-excluded:checked) [data-parts]:not([data-parts~="excluded"]) { display: none !important; }
@media (max-width: 640px) {
  body { padding: 1rem; overflow-wrap: anywhere; }
  table.sums { min-width: 0; width: 100%; }
  table.list thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table.list tr { display: block; margin-bottom: .8rem; padding: .4rem .7rem; border: 1px solid var(--line); border-radius: .4rem; }
  table.list td { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); overflow-wrap: anywhere; gap: .6rem; padding: .2rem 0; border: 0; text-align: left; white-space: normal; }
  table.list td::before { content: attr(data-title); color: var(--soft); font-size: .8rem; }
  table.list td.empty { display: none; }
}
@media print {
  :root { --ink: #000; --soft: #444; --paper: #fff; --line: #bbb; --band: #f4f4f4; --red: #900; --good: #fff; --good-ink: #000; --alarm: #fff; --alarm-ink: #000; }
  @page { size: A4 landscape; margin: 14mm; }
  body { padding: 0; max-width: none; font-size: 10pt; }
  h2 { break-after: avoid; }
  tr, article { break-inside: avoid; }
  thead { display: table-header-group; }
  .choice { display: none; }
  .good, .alarm { border: 1px solid #000; }
}
`;
