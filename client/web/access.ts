import type { FastifyRequest } from 'fastify';
import { same } from '../../shared/billing/basics/text.js';
import type { WebSettings } from '../../shared/web-settings.js';
import { NAME_LENGTH_MAX, type Person } from './users.js';

/** Who looks at the page: the company's proxy says so, or the page's own log-in did. */

declare module '@fastify/session' {
  interface FastifySessionObject {
    person?: Person;
    /** Shown once, on the next page. */
    flash?: { isGood: boolean; text: string };
  }
}

declare module 'fastify' {
  interface FastifySessionObject {
    person?: Person;
    flash?: { isGood: boolean; text: string };
  }
}

/** The person of a request; null when nobody has logged in. A header from anybody but the proxy says nothing. */
export function personOfRequest(request: FastifyRequest, { proxy }: WebSettings): Person | null {
  if (proxy === null) return request.session.person ?? null;
  if (!proxy.addresses.some((address) => address === plainAddress(request.socket.remoteAddress))) return null;
  const given = request.headers[proxy.header];
  const name = (typeof given === 'string' ? given : '').trim();
  if (name === '' || name.length > NAME_LENGTH_MAX) return null;
  return { name, role: proxy.approvers.some((approver) => same(approver, name)) ? 'approve' : 'see' };
}

/** An IPv4 address that a dual-stack socket shows as IPv6. */
const plainAddress = (address: string | undefined): string => (address ?? '').replace(/^::ffff:/, '');
