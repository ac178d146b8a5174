import type { JournalEntry } from './journal.js';

const QUERY_MAX = 100;

/** A request in one line for people: `POST 200    4 ms  /ATServicesRest/V1.0/Contracts/query  (hang 50 ms before)`. */
export function describeRequest({ method, path, query, status, fault, slowedMs }: JournalEntry, ms: number): string {
  const marks = [...(fault === null ? [] : [fault]), ...(slowedMs === 0 ? [] : [`slowed down by ${slowedMs} ms`])];
  const parts = [
    method.padEnd(6),
    (status === 0 ? 'cut' : String(status)).padEnd(3),
    `${Math.round(ms)} ms`.padStart(8),
    ` ${path}${queryText(query)}`,
  ];
  return [...parts, ...(marks.length === 0 ? [] : [` (${marks.join('; ')})`])].join(' ');
}

function queryText(query: Record<string, string>): string {
  const text = Object.entries(query)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  if (text === '') return '';
  return text.length > QUERY_MAX ? `?${text.slice(0, QUERY_MAX)}…` : `?${text}`;
}
