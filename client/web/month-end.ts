import { z } from 'zod';
import { customerLink, monthEndLink, undoLink } from '../../shared/web-links.js';
import { monthEndPage } from './pages/month-end.js';
import { undoPage } from './pages/undo.js';
import { found, monthOf, type Get, type Post } from './requests.js';
import type { Source } from './source.js';

/** The end of a month without a shell: close it, read what was charged, take a customer's month back. */

const idOf = (params: unknown): string => z.object({ id: z.string() }).parse(params).id;

const reason = z.string().trim().min(1).max(500);
const digest = z.string().regex(/^[0-9a-f]{64}$/);

export function addMonthEndPages(get: Get, source: Source): void {
  get('/months/:month/end', async (request, viewer) => {
    const month = monthOf(request);
    const shown = await found(source.month(month), `${month} has not been billed yet.`);
    const [close, invoiced, record] = await Promise.all([
      source.answered(month, { what: 'close' }),
      source.answered(month, { what: 'invoiced' }),
      source.invoiced(month),
    ]);
    return { title: `Close ${month}`, month, body: monthEndPage({ shown, close, invoiced, record }, viewer) };
  });
  get('/months/:month/customers/:id/undo', async (request, viewer) => {
    const [month, organizationId] = [monthOf(request), idOf(request.params)];
    const { outcome } = await found(source.customer(month, organizationId), `${month} has nothing of this customer.`);
    const answered = await source.answered(month, { what: 'undo', organizationId });
    return { title: `Take ${month} back`, month, body: undoPage({ outcome, answered }, viewer) };
  });
}

export function addMonthEndButtons(post: Post, source: Source): void {
  post('/months/:month/end/close', async (request, { name: actor }) => {
    const month = monthOf(request);
    const form = z.object({ digest, reason }).parse(request.body);
    return { result: await source.ask({ what: 'close', month, actor, ...form }), to: monthEndLink(month) };
  });
  post('/months/:month/end/invoiced', async (request, { name: actor }) => {
    const month = monthOf(request);
    const result = await source.ask({ what: 'invoiced', month, actor, reason: '' });
    return { result, to: monthEndLink(month) };
  });
  post('/months/:month/customers/:id/undo/look', async (request, { name: actor }) => {
    const [month, organizationId] = [monthOf(request), idOf(request.params)];
    const result = await source.ask({ what: 'undo', month, organizationId, actor, reason: '' });
    return { result, to: undoLink(month, organizationId) };
  });
  post('/months/:month/customers/:id/undo', async (request, { name: actor }) => {
    const [month, organizationId] = [monthOf(request), idOf(request.params)];
    const form = z.object({ digest, reason, sum: z.string().max(100) }).parse(request.body);
    const result = await source.takeBack({ month, organizationId, actor, ...form });
    return { result, to: result.isGood ? customerLink(month, organizationId) : undoLink(month, organizationId) };
  });
}
