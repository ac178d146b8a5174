import { JSONParser, TokenType } from '@streamparser/json';
import { JsonShape } from './json.js';
import { SINGLE_TEXT_LIMIT } from './limits.js';

/** Reads a large JSON answer while it comes in: most of it is handed out piece by piece, so that neither its text nor its tree is ever held as a whole. */

export interface Taking {
  /** Where the elements are that are taken: `$.*.organizations.*` is every element of every block's list. */
  paths: string[];
  /** An element, and the object that holds its list, as far as that has come. The element is no longer in what is answered in the end. */
  take: (element: unknown, holder: unknown) => void;
}

/** How much of an answer is remembered, to say what it is when it is not JSON. */
const HEAD_LENGTH = 200;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

export interface Taken {
  /** Whether it was JSON to its end; nothing at all is as good. */
  isJson: boolean;
  /** Why it is refused although it is JSON; null where it is not. */
  refused: string | null;
  json: unknown;
  head: string;
  length: number;
}

/** What is left of the answer once the elements are taken; throws what `take` throws. Reads no further than `limit` bytes. */
export async function takeFrom(chunks: AsyncIterable<Uint8Array>, { paths, take }: Taking, limit: number): Promise<Taken> {
  const parser = new JSONParser({ paths: ['$', ...paths] });
  const taken: Taken = { isJson: true, refused: null, json: undefined, head: '', length: 0 };
  const failures: unknown[] = [];
  const watched = watch(parser);
  parser.onValue = ({ value, parent, stack }) => {
    if (parent === undefined) taken.json = value;
    if (!Array.isArray(parent) || failures.length > 0) return;
    parent.length -= 1;
    try {
      take(value, stack.at(-1)?.value);
    } catch (error) {
      failures.push(error);
    }
  };
  for await (const chunk of withoutByteOrderMark(chunks)) {
    if (taken.length < HEAD_LENGTH) taken.head += Buffer.from(chunk).toString('utf8', 0, HEAD_LENGTH);
    taken.length += chunk.length;
    taken.isJson = taken.length <= limit && written(parser, chunk);
    // A failure inside would be taken for one of the parser.
    if (failures.length > 0) throw failures[0];
    taken.refused = watched.problemAfter(chunk.length);
    if (!taken.isJson || taken.refused !== null) return taken;
  }
  return { ...taken, isJson: parser.isEnded || taken.head.trim() === '' };
}

/** Follows the parser's tokens: what they come to must stay within the limits, and none may be endless. */
function watch(parser: JSONParser): { problemAfter: (bytes: number) => string | null } {
  const shape = new JsonShape();
  let text = '';
  let bytesSinceToken = 0;
  parser.onToken = ({ token, value }) => {
    bytesSinceToken = 0;
    if (token === TokenType.STRING) text = value as string;
    else if (token === TokenType.COLON) shape.key(text);
    else if (token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET) shape.open(token === TokenType.LEFT_BRACKET);
    else if (token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET) shape.close();
    else if (token === TokenType.COMMA) shape.next();
  };
  return {
    problemAfter: (bytes) => {
      bytesSinceToken += bytes;
      return shape.problem ?? (bytesSinceToken > SINGLE_TEXT_LIMIT ? `has a text of more than ${SINGLE_TEXT_LIMIT} bytes` : null);
    },
  };
}

/** The mark can be cut into chunks like everything else. */
async function* withoutByteOrderMark(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let expected = 0;
  for await (const chunk of chunks) {
    let start = 0;
    while (start < chunk.length && expected < BYTE_ORDER_MARK.length && chunk[start] === BYTE_ORDER_MARK[expected]) {
      start += 1;
      expected += 1;
    }
    if (start === chunk.length) continue;
    expected = BYTE_ORDER_MARK.length;
    yield chunk.subarray(start);
  }
}

/** Its errors say at which character the text is not JSON, which helps nobody. */
function written(parser: JSONParser, chunk: Uint8Array): boolean {
  try {
    parser.write(chunk);
    return true;
  } catch {
    return false;
  }
}
