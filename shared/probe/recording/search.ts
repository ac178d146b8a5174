/**
 * The last check of a recording before it is written: whether a secret, an address, or the name of a customer that was seen is in it after all. It knows nothing of
 * how the file was made.
 */
export interface Seen {
  /** What it is, for the message: the value itself is not reported. */
  what: string;
  value: string;
}

/** A shorter text is found in anything; it is looked for as a word of its own. */
const SHORT = 5;
const EMAIL = /[\w.+-]{1,64}@[\w-]{1,63}(\.[\w-]{1,63}){1,4}/;

/** What was found, in words without the value; none where the file may be written. */
export function leaks(text: string, seen: Seen[]): string[] {
  const folded = text.toLowerCase();
  const found = new Set<string>();
  for (const { what, value } of seen) {
    const wanted = value.trim().toLowerCase();
    // Of a few digits nobody is recognised, and amounts have them too.
    if (wanted.length < 3 || /^\d{1,5}$/.test(wanted)) continue;
    if (wanted.length >= SHORT ? folded.includes(wanted) : isWord(folded, wanted)) found.add(what);
  }
  // Disguised addresses keep their form: what is looked for are hosts that anybody could write to.
  if (EMAIL.test(folded) && /@(gmail|outlook|hotmail|icloud|yahoo)\./.test(folded)) found.add('an e-mail address');
  return [...found];
}

function isWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const [before, after] = [text[at - 1] ?? ' ', text[at + word.length] ?? ' '];
    if (!/[\p{L}\p{N}]/u.test(before) && !/[\p{L}\p{N}]/u.test(after)) return true;
  }
  return false;
}
