import { advised, advisedText, type Advised } from '../../shared/billing/basics/command.js';

/** A check looks at one thing and changes nothing at either vendor. Each stands alone, so that one failure does not hide the others. */
export interface Check {
  name: string;
  /** What is there; or what is wrong, with its fix. */
  look: () => Promise<string | Problem>;
}

/** A wrong answer of a check. */
export class Problem {
  /** What to do, a paragraph each; a command stands in its own field, never in the text. */
  readonly fix: Advised[];

  constructor(
    readonly text: string,
    fix: string | Advised[],
  ) {
    this.fix = typeof fix === 'string' ? [advised(fix)] : fix;
  }
}

/** One thing that was looked at. A finding says what to do. */
export interface Finding {
  check: string;
  isGood: boolean;
  /** What is there, or what is wrong. */
  text: string;
  fix: string | null;
  /** Paragraphs of `fix`, or of `text` where there is none, with their commands; absent where the text has no command. */
  parts?: Advised[];
}

/** Paragraphs as one text. */
export const textOfParts = (parts: Advised[]): string => parts.map(advisedText).join('\n');

export async function perform({ name, look }: Check): Promise<Finding> {
  try {
    const seen = await look();
    if (seen instanceof Problem)
      return { check: name, isGood: false, text: seen.text, fix: textOfParts(seen.fix), parts: seen.fix };
    return { check: name, isGood: true, text: seen, fix: null };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { check: name, isGood: false, text, fix: 'Fix this first; later checks may depend on it.' };
  }
}

/** A vendor's checks after its log-in. One that fails is not repeated: wrong secrets sent again and again lock the user (`docs/vendors/autotask.md` 3.1). */
export async function performAfter([logIn, ...rest]: [Check, ...Check[]]): Promise<Finding[]> {
  const findings = [await perform(logIn)];
  if (findings[0]!.isGood) for (const check of rest) findings.push(await perform(check));
  return findings;
}

const SHOWN = 10;

/** A list for people, cut where nobody reads on. */
export const listed = (names: string[]): string =>
  names.length <= SHOWN ? names.join(', ') : `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more`;
