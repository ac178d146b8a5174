/** What a probe says of a belief. Not having seen it is never a confirmation, and not being able to ask is neither. */
export type Verdict = { is: (typeof VERDICTS)[number]; text: string };

export const VERDICTS = ['contradicted', 'could not ask', 'not seen', 'confirmed'] as const;

export const confirmed = (text: string): Verdict => ({ is: 'confirmed', text });
export const contradicted = (text: string): Verdict => ({ is: 'contradicted', text });
/** Nothing there shows it one way or the other; the text says why. */
export const notSeen = (text: string): Verdict => ({ is: 'not seen', text });
export const couldNotAsk = (text: string): Verdict => ({ is: 'could not ask', text });

const SHOWN = 5;

/** A list for people, cut where nobody reads on. */
export const some = (names: Iterable<string | number>): string => {
  const all = [...names];
  return all.length <= SHOWN ? all.join(', ') : `${all.slice(0, SHOWN).join(', ')} and ${all.length - SHOWN} more`;
};
