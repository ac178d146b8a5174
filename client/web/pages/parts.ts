import { big, grouped } from '../../../shared/billing/basics/decimal.js';
import type { Decimal } from '../../../shared/billing/types.js';
import type { Margin } from '../../../shared/report/margin.js';
import { html, type Html } from '../../documents/html.js';

/** Cells and figures that several pages have. */

export const amount = (value: Decimal, currency = ''): Html =>
  html`<span class="${big(value).lt(0) ? 'amount negative' : 'amount'}"
    >${grouped(value)}${currency === '' ? '' : ` ${currency}`}</span
  >`;

export const amountCell = (title: string, value: Decimal): Html =>
  html`<td class="amount" data-title="${title}">${amount(value)}</td>`;

export const marginCell = (title: string, { amount: left, share }: Margin): Html =>
  html`<td class="amount" data-title="${title}">${amount(left)}${share !== null && html` <small>${share} %</small>`}</td>`;

/** A change with its sign. */
export const signed = (value: Decimal): string => `${big(value).gt(0) ? '+' : ''}${grouped(value)}`;
