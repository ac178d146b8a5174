import { shown } from '../shown.js';
import type { NoticeLine } from './notice.js';

/** What a notice says, as each channel takes it: the text reads the same everywhere, and nothing in a customer's name means anything there. */

const LONGEST_TEXT = 500;

/** A character of no width: neither a chat nor a mail program sees an address, a mention or a picture across it. */
const JOINER = '\u2060';
/** Where they see one begin. */
const MEANS_SOMETHING =
  /(?<=:)(?=\/\/)|(?<=www)(?=\.)|(?<=[@#])(?=\S)|(?<=\S)(?=@)|(?<=\])(?=[([:])|(?<=!)(?=\[)|(?<=\p{L}\.)(?=\p{L}{2})/giu;

/** Plain text: a mail program makes links of what looks like an address. Two blanks at a line's end would break it in Markdown. */
export const mailText = (text: string): string => shown(text, LONGEST_TEXT).trimEnd().replace(MEANS_SOMETHING, JOINER);

/** Slack's own marks and the Markdown of Teams' older connectors, Mattermost and others: one text has to hold in all of them. */
export const chatText = (text: string): string =>
  mailText(text)
    .replaceAll('`', "'")
    .replaceAll('~', '-')
    .replace(/_+/g, betweenLetters)
    .replaceAll('*', '·')
    .replaceAll('|', '¦')
    .replaceAll('\\', '/')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');

/** Within a word an underscore means nothing; elsewhere it would set words in italics, to the end of another name. */
const betweenLetters = (run: string, at: number, all: string): string =>
  /[\p{L}\p{N}]/u.test(all[at - 1] ?? '') && /[\p{L}\p{N}]/u.test(all[at + run.length] ?? '') ? run : '-';

/** An adaptive card's text runs know no marks at all. */
export const cardText = (text: string): string => shown(text, LONGEST_TEXT);

/** One line of a notice in a channel; a link is ours, and the only one there is. */
export const lineIn = (line: NoticeLine, escape: (text: string) => string): string =>
  typeof line === 'string' ? escape(line) : `${escape(line.text)} ${line.url}`;
