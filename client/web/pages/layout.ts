import type { Month } from '../../../shared/billing/types.js';
import { VERSION } from '../../../shared/version.js';
import { html, type Html } from '../../documents/html.js';
import { monthEndLink } from '../../../shared/web-links.js';
import type { Person } from '../users.js';

/** What all pages share: head, navigation, the sentence that says what came of the last button. */
export interface Frame {
  title: string;
  broker: string;
  person: Person | null;
  month: Month | null;
  flash: { isGood: boolean; text: string } | null;
  csrf: string | null;
}

export const page = ({ title, broker, person, month, flash, csrf }: Frame, body: Html): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} – ${broker}</title>
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <a class="skip-link" href="#content">To the content</a>
        <header class="top">
          <nav aria-label="Main">
            <a href="/"><strong>Billing</strong> ${broker}</a>
            ${month && html`<a href="/months/${month}">${month}</a> <a href="/months/${month}/customers">To do</a> <a href="/months/${month}/decisions">Decisions</a> <a href="${monthEndLink(month)}">Close</a>`}
          </nav>
          ${person && html`<form method="post" action="/logout" class="who">${csrfField(csrf)}<span>${person.name}</span> <button type="submit" class="quiet">Log out</button></form>`}
        </header>
        <main id="content">
          ${flash && html`<p class="${flash.isGood ? 'good' : 'alarm'}" role="status">${flash.text}</p>`} ${body}
        </main>
        <footer><p>Version ${VERSION}</p></footer>
      </body>
    </html>`.text;

export const csrfField = (csrf: string | null): Html => html`<input type="hidden" name="_csrf" value="${csrf}" />`;
