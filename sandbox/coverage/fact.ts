/** What the sandbox knows about the vendors, as data: one fact a row. */

/** `partly`: it answers, and the note says what is missing. `not`: a real endpoint that answers 501. */
export type Support = 'supported' | 'partly' | 'not';

/** How sure the fact is: the vendor says so; somebody saw it on a live tenant; we conclude it. */
export type Mark = 'documented' | 'observed' | 'inferred';

export interface Fact {
  side: 'autotask' | 'cloudmore' | 'control';
  /** An endpoint, a behaviour, a setting of a switch, an error text, a fault. */
  what: string;
  support: Support;
  mark: Mark;
  /** How certain the names of its members are, if that differs from path and purpose; null where `mark` covers both. */
  members: Mark | null;
  /** Section of the vendor's page in `docs/vendors`, with a question's number; null for what is the sandbox's own. */
  section: string | null;
  /** Method and path as the routes have them, below the version or with `R` for the broker; empty for behaviour. */
  endpoints: string[];
  /** Tests that show it, each as file (in test/sandbox, without `.test.ts`), colon, title. Only what is not supported may have none. */
  tests: string[];
  note: string | null;
}

/** A row as the tables write it: what, how sure, the tests, and what differs from its section. */
export type Row = [what: string, mark: Mark, tests: string | string[], more?: Partial<Fact>];

/** Rows of one side and section. */
export function facts(side: Fact['side'], section: string | null, rows: Row[]): Fact[] {
  return rows.map(([what, mark, tests, more = {}]) => ({
    side,
    what,
    support: 'supported',
    mark,
    members: null,
    section,
    endpoints: [],
    tests: [tests].flat(),
    note: null,
    ...more,
  }));
}
