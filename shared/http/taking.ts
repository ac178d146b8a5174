import { JSONParser } from '@streamparser/json';

/** Reads a large JSON answer while it comes in: most of it is handed out piece by piece, so that neither its text nor its tree is ever held as a whole. */

export interface Taking {
  /** Where the elements are that are taken: `$.*.organizations.*` is every element of every block's list. */
  paths: string[];
  /** An element, and the object that holds its list, as far as that has come. The element is no longer in what is answered in the end. */
  take: (element: unknown, holder: unknown) => void;
}

/** How much of an answer is remembered, to say what it is when it is no JSON. */
const HEAD_LENGTH = 200;

export interface Taken {
  /** Whether it was JSON to its end; nothing at all is as good. */
  isJson: boolean;
  json: unknown;
  head: string;
  length: number;
}

/** What is left of the answer once the elements are taken; throws what `take` throws. Reads no further than `limit` bytes. */
export async function takeFrom(chunks: AsyncIterable<Uint8Array>, { paths, take }: Taking, limit: number): Promise<Taken> {
  const parser = new JSONParser({ paths: ['$', ...paths] });
  const taken: Taken = { isJson: true, json: undefined, head: '', length: 0 };
  const failures: Error[] = [];
  parser.onValue = ({ value, parent, stack }) => {
    if (parent === undefined) taken.json = value;
    if (!Array.isArray(parent) || failures.length > 0) return;
    parent.length -= 1;
    try {
      take(value, stack.at(-1)?.value);
    } catch (error) {
      failures.push(error as Error);
    }
  };
  for await (const chunk of chunks) {
    if (taken.length < HEAD_LENGTH) taken.head += Buffer.from(chunk).toString('utf8', 0, HEAD_LENGTH);
    taken.length += chunk.length;
    taken.isJson = taken.length <= limit && written(parser, chunk);
    // A failure inside would be taken for one of the parser.
    if (failures[0]) throw failures[0];
    if (!taken.isJson) return taken;
  }
  return { ...taken, isJson: parser.isEnded || taken.head.trim() === '' };
}

/** Its errors say at which character the text is no JSON, which helps nobody. */
function written(parser: JSONParser, chunk: Uint8Array): boolean {
  try {
    parser.write(chunk);
    return true;
  } catch {
    return false;
  }
}
