/** HTML whose texts are escaped: the pages are made of nothing else, so that a customer's name is never markup. */

export class Html {
  constructor(readonly text: string) {}
  toString(): string {
    return this.text;
  }
}

type Part = Html | string | number | null | undefined | false | Part[];

/** `html\`<td>${name}</td>\``: what stands in the braces is escaped, unless it is HTML itself; lists are joined, nothing is nothing. */
export const html = (strings: TemplateStringsArray, ...parts: Part[]): Html =>
  new Html(strings.reduce((text, string, index) => text + inserted(parts[index - 1]) + string));

function inserted(part: Part): string {
  if (part === null || part === undefined || part === false) return '';
  if (Array.isArray(part)) return part.map(inserted).join('');
  return part instanceof Html ? part.text : escaped(String(part));
}

/** Characters that end a text, and those that steer a terminal or turn the reading direction. */
const escaped = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cs}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu, (character) =>
      /\s/.test(character) ? ' ' : '\ufffd',
    )
    .replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
