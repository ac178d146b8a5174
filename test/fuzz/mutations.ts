import fc from 'fast-check';

/** An answer of a vendor, spoilt in one or several places: types, sizes, keys, nesting and encodings. */
export interface Spoilt {
  text: string;
  /** What was done to it, for anyone who reads of a failure. */
  done: string[];
}

/** A place in the answer, counted through it, and what becomes of it. */
interface Mutation {
  at: number;
  kind: Kind;
}

type Rec = Record<string, unknown>;

/** What can become of a value. None is a different valid value: that would be a different report, with different correct amounts. */
const VALUES = {
  'a text that is none': () => 'twelve',
  'a text of 20,000 characters': () => 'x'.repeat(20_000),
  'a text with hidden characters': () => 'a\u202eb\u0000c\u001b]52;c;eA==\u0007',
  'half a character': () => '\udc00',
  'an empty list': () => [],
  'a list around it': (value: unknown) => [value],
  'a record around it': (value: unknown) => ({ value }),
  'a record without prototype names': () => JSON.parse('{"__proto__": {"a": 1}, "constructor": {"prototype": 1}}') as unknown,
  'a yes': () => true,
  'a number with too many digits': () => 1e300,
  'a number as text with an exponent': () => '1e400',
  'a hundred thousand digits': () => '9'.repeat(100_000),
  'a number written in another country': () => '1.234,56',
  'a thousand levels': () => deep(1000),
  'sixty levels': () => deep(60),
} as const;

const deep = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { value };
  return value;
};

/** What can become of the text of the answer. */
const TEXTS = {
  'cut off': (text: string) => text.slice(0, Math.floor(text.length * 0.7)),
  'with a byte order mark': (text: string) => `\ufeff${text}`,
  'with something behind it': (text: string) => `${text}{}`,
  'with one character too many': (text: string) => text.replace('{', '{,'),
  'with its first key twice': (text: string) =>
    text.replace(/\{"([^"]+)":/, (found, key: string) => `{"${key}": null, ${found.slice(1)}`),
  'with NaN': (text: string) => text.replace(/: ?-?\d+(\.\d+)?/, ':NaN'),
  'in UTF-16': (text: string) => Buffer.from(text, 'utf16le').toString('latin1'),
  'with broken UTF-8': (text: string) =>
    Buffer.concat([Buffer.from(text.slice(0, 40)), Buffer.from([0xc3, 0x28, 0xff])]).toString(),
  empty: () => '',
} as const;

/** What can become of a member's name. */
const KEYS = {
  'another name': (key: string) => `${key}X`,
  'another case': (key: string) => key.toUpperCase(),
  'a name of 20,000 characters': () => 'k'.repeat(20_000),
} as const;

type Kind =
  ['value', keyof typeof VALUES] | ['key', keyof typeof KEYS] | ['text', keyof typeof TEXTS] | ['record', 'two thousand members'];

const kinds: fc.Arbitrary<Kind> = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...keysOf(VALUES)).map((name): Kind => ['value', name]) },
  { weight: 4, arbitrary: fc.constantFrom(...keysOf(KEYS)).map((name): Kind => ['key', name]) },
  { weight: 3, arbitrary: fc.constantFrom(...keysOf(TEXTS)).map((name): Kind => ['text', name]) },
  { weight: 1, arbitrary: fc.constant<Kind>(['record', 'two thousand members']) },
);

function keysOf<T extends object>(table: T): (keyof T)[] {
  return Object.keys(table) as (keyof T)[];
}

/** One to three mutations of an answer. */
export const mutations: fc.Arbitrary<Mutation[]> = fc.array(fc.record({ at: fc.nat(100_000), kind: kinds }), {
  minLength: 1,
  maxLength: 3,
});

/** The answer with all of them, in their order. */
export function spoil(answer: unknown, all: Mutation[]): Spoilt {
  const root: Rec = { answer: structuredClone(answer) };
  const done: string[] = [];
  for (const { at, kind } of all) if (kind[0] !== 'text') done.push(inPlace(root, at, kind));
  let text = JSON.stringify(root.answer);
  for (const { kind } of all)
    if (kind[0] === 'text') {
      text = TEXTS[kind[1]](text);
      done.push(`the answer ${kind[1]}`);
    }
  return { text, done };
}

function inPlace(root: Rec, at: number, [what, name]: Kind): string {
  const places = placesIn(root);
  const { holder, key, path } = places[at % places.length]!;
  const record = holder as Rec;
  const value = record[key];
  if (what === 'value') record[key] = VALUES[name](value);
  else if (what === 'record') record[key] = Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`m${index}`, index]));
  else if (!Array.isArray(holder) && holder !== root) {
    delete record[key];
    record[KEYS[name as keyof typeof KEYS](key)] = value;
  }
  return `${path}: ${name}`;
}

interface Place {
  holder: object;
  key: string;
  path: string;
}

/** Every value of the answer, each before what is in it; without recursion, for two mutations can make it thousands of levels deep. */
function placesIn(answer: object): Place[] {
  const within = (holder: object, path: string): Place[] =>
    Object.keys(holder)
      .map((key) => ({ holder, key, path: `${path}/${key}` }))
      .reverse();
  const places: Place[] = [];
  const waiting = within(answer, '');
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    places.push(place);
    const below = (place.holder as Rec)[place.key];
    if (typeof below === 'object' && below !== null) waiting.push(...within(below, place.path));
  }
  return places;
}
