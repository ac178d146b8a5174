import { html, Html, linesOf } from '../documents/html.js';
import { htmlFile } from '../documents/html-file.js';

/** The parts of HTML that people keep: a page without anything outside of it, and tables that become cards on a narrow screen. */

export const page = (title: string, about: string, parts: Html[], footer: Html): string =>
  htmlFile(
    title,
    html`<header>
        <h1>${title}</h1>
        <p>${about}</p>
      </header>
      <main>${linesOf(parts.filter(({ text }) => text !== ''))}</main>
      <footer>${footer}</footer>`,
  );

export const anchorOf = (title: string): string => title.toLowerCase().replaceAll(' ', '-');

export interface Column<Row> {
  title: string;
  kind?: 'amount';
  cell: (row: Row) => string;
}

/** Rows of a table that are on paper; the rest opens by a click, and is in the workbook. */
const ROWS_PRINTED = 60;

/** What is too long for paper, behind a click that needs no script; nothing where nothing is left. */
export const folded = (count: number, rest: Html): Html =>
  count <= 0
    ? NOTHING
    : html`<details>
        <summary>${count} more, not printed; they are also in the workbook</summary>
        ${rest}
      </details>`;

/** Which of the report's parts a row has something of, so that a choice can leave the others out. */
export type PartsOf<Row> = (row: Row) => string[];

interface SectionInput<Row> {
  title: string;
  intro: string;
  columns: Column<Row>[];
  rows: Row[];
}

export function section<Row>(
  { title, intro, columns, rows }: SectionInput<Row>,
  { kind = 'list', partsOf }: { kind?: string; partsOf?: PartsOf<Row> } = {},
): Html {
  if (rows.length === 0) return NOTHING;
  const rest = rows.slice(ROWS_PRINTED);
  return html`<section>
    <h2 id="${anchorOf(title)}">${title}</h2>
    ${intro === '' ? '' : html`<p>${intro}</p>`} ${tableOf(columns, rows.slice(0, ROWS_PRINTED), kind, partsOf)}
    ${folded(rest.length, tableOf(columns, rest, kind, partsOf))}
  </section>`;
}

const tableOf = <Row>(columns: Column<Row>[], rows: Row[], kind: string, partsOf?: PartsOf<Row>): Html =>
  html`<table class="${kind}">
    <thead>
      <tr>
        ${columns.map(({ title, kind: align }) => html`<th scope="col" ${classOf(align)}>${title}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${linesOf(
        rows.map(
          (row) =>
            html`<tr ${partsOf && withParts(partsOf(row))}>
              ${columns.map((column) => cellOf(column, row))}
            </tr>`,
        ),
      )}
    </tbody>
  </table>`;

export const NOTHING = new Html('');

/** The attribute that the choice of parts looks at. */
export const withParts = (parts: string[]): Html => html`data-parts="${parts.join(' ')}"`;

/** Parts of the report that can be looked at alone, and how the choice is called; `style.ts` hides the rest. */
const CHOICES = { held: 'with held amounts', excluded: 'with excluded amounts' } as const;

/** A choice of what is shown that needs no script: the page hides the rest by its style. Not on paper, which shows all that is printed. */
export const choiceOfParts = html`<fieldset class="choice">
  <legend>Customers shown</legend>
  <label><input type="radio" name="shown" checked /> all</label>
  ${Object.entries(CHOICES).map(([part, called]) => html`<label><input type="radio" name="shown" id="${`only-${part}`}" /> ${called}</label>`)}
</fieldset>`;

function cellOf<Row>({ title, kind, cell }: Column<Row>, row: Row): Html {
  const value = cell(row);
  const isNegative = kind === 'amount' && value.startsWith('-');
  return html`<td data-title="${title}" ${classOf(kind, isNegative, value === '')}>${value}</td>`;
}

function classOf(kind?: string, isNegative = false, isEmpty = false): Html {
  const classes = [kind, isNegative ? 'negative' : '', isEmpty ? 'empty' : ''].filter((name) => name);
  return classes.length === 0 ? NOTHING : html` class="${classes.join(' ')}"`;
}
