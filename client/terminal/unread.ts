import {
  COULD_NOT_BE_READ,
  unreadRest,
  unreadSummary,
  unreadText,
  type UnreadList,
} from '../../shared/billing/results/unread.js';
import { wrap, type Paper } from './paper.js';

/** The section of what could not be read, on the terminal; of many records as many as `shown`, with the command that lists them all. */
export function unreadSection({ unread }: { unread?: UnreadList | undefined }, paper: Paper, shown = Infinity): string[] {
  if (unread === undefined) return [];
  const listed = { ...unread, listed: unread.listed.slice(0, shown) };
  return [
    [
      wrap(`${COULD_NOT_BE_READ}: ${unreadSummary(unread)}.`, paper),
      ...[...listed.listed.map(unreadText), ...unreadRest(listed)].map((text) => wrap(text, paper, '  ', '    ')),
    ].join('\n'),
  ];
}

/** As many as a command shows that is about something else. */
export const UNREAD_SHOWN = 10;
