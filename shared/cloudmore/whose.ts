import { digestOf } from '../billing/basics/keys.js';
import { Members } from '../door/index.js';

/**
 * Whose part of the report it is: the organization's id; null where it names none; and where the id is there and cannot be read, one made of it, so that its
 * lines are listed and counted as somebody's.
 */
export function whoseId(organization: unknown): string | null {
  const members = new Members(organization, { vendor: '', path: '', record: '' });
  const id = members.organizationId('organizationId');
  if (id !== null || members.findings.length === 0) return id;
  return `unreadable-${digestOf([members.raw('organizationId') ?? null]).slice(0, 12)}`;
}
