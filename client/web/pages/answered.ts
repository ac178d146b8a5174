import { html, type Html } from '../../documents/html.js';
import type { Answered } from '../source.js';

/** What came of the last time that the worker was asked, with the hour. */
export function answeredPart(answered: Answered | null): Html {
  if (answered === null) return html``;
  if ('since' in answered) return html`<p>Under way since ${minute(answered.since)}. Open this page again to see the result.</p>`;
  if ('failure' in answered) return html`<p class="alarm">${answered.failure}</p>`;
  const { isGood, text, lines, at } = answered.done;
  return html`<p class="${isGood ? 'good' : 'alarm'}">${minute(at)}: ${text}</p>
    ${
      lines.length > 0 &&
      html`<ul>
        ${lines.map((line) => html`<li>${line}</li>`)}
      </ul>`
    }`;
}

const minute = (at: string): string => `${at.slice(0, 16).replace('T', ' ')} UTC`;
