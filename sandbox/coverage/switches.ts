/**
 * Every switch with every setting, and the test of each. The types below ask for all of them, so a new switch, or a new setting of one, does not
 * compile without its tests.
 */
import type { Behaviour as AutotaskBehaviour } from '../autotask/behaviour.js';
import type { Behaviour as CloudmoreBehaviour } from '../cloudmore/behaviour.js';
import { facts, type Fact, type Mark } from './fact.js';

/** The settings of a switch: each word of a choice; of numbers, names and lists the usual one and another. */
type Setting<V> = V extends boolean ? `${V}` : V extends string ? (string extends V ? Free : V) : Free;
type Free = 'usual' | 'another';

/** The mark is that of what the switch decides: mostly a guess, otherwise it would not be a switch. */
type Switches<B> = {
  [K in keyof B]-?: { section: string; mark: Mark; settings: Record<Setting<B[K]>, string> };
};

const AUTOTASK: Switches<AutotaskBehaviour> = {
  periodStart: {
    section: '12, question 1',
    mark: 'observed',
    settings: {
      update: 'autotask-rows: on a row’s first day changes it and all later ones',
      duplicate: 'autotask-rows: on a row’s first day is a duplicate, if so switched',
    },
  },
  secondAdjustment: {
    section: '12, question 5',
    mark: 'observed',
    settings: {
      refuse: 'autotask-rows: on a day that has one already is a duplicate',
      merge: 'autotask-rows: on a day that has one is carried out, if switched',
    },
  },
  extend: {
    section: '12, question 3',
    mark: 'inferred',
    settings: {
      carry: 'autotask-rows: adds rows with the last units and price, or none (%s)',
      empty: 'autotask-rows: adds rows with the last units and price, or none (%s)',
    },
  },
  afterPost: {
    section: '12, question 2',
    mark: 'inferred',
    settings: {
      prorateItem: 'autotask-posting: an adjustment of a posted row leaves it and bills more',
      reject: 'autotask-posting: an adjustment of a posted row is refused, if so switched',
    },
  },
  missing: {
    section: '12, question 16',
    mark: 'observed',
    settings: {
      null: 'autotask-paths: a missing id answers item null',
      '404': 'autotask-paths: a missing id answers 404 where the switch says so',
    },
  },
  patchAnswer: {
    section: '2.1',
    mark: 'observed',
    settings: {
      itemId: 'autotask-writes: PATCH changes what is sent, with the id in the body',
      null: 'autotask-writes: PATCH answers itemId null where the switch says so',
    },
  },
  createOnly: {
    section: '11',
    mark: 'inferred',
    settings: {
      refuse: 'autotask-writes: %s %i: a change of %s is refused',
      ignore: 'autotask-writes: %s %i: a change of %s is silently dropped, if switched',
    },
  },
  emptyFilter: {
    section: '12, question 15',
    mark: 'observed',
    settings: {
      all: 'autotask-query: an empty filter finds everything',
      refuse: 'autotask-query: an empty filter is refused where the switch says so',
    },
  },
  userDefinedFieldInOr: {
    section: '12, question 21',
    mark: 'inferred',
    settings: {
      works: 'autotask-query: an OR group with a user-defined field works (switch: works)',
      findsNothing: 'autotask-query: an OR group with a user-defined field finds nothing (switch: findsNothing)',
      actsAsAnd: 'autotask-query: an OR group with a user-defined field finds both (switch: actsAsAnd)',
      refused: 'autotask-query: an OR group with a user-defined field is refused, if switched',
    },
  },
  hidesAdded: {
    section: '1',
    mark: 'documented',
    settings: {
      usual: 'autotask-rights: what the user adds it sees',
      another: 'autotask-rights: what the user adds to %s stays invisible, if so switched',
    },
  },
  accessValues: {
    section: '2.4',
    mark: 'documented',
    settings: {
      words: 'autotask-rights: the metadata say the rights, also to those denied them',
      numbers: 'autotask-rights: the metadata may give rights as numbers 0, 1 and 2',
    },
  },
  uniqueServiceNames: {
    section: '6.1',
    mark: 'observed',
    settings: {
      false: 'autotask-writes: two services may have one name',
      true: 'autotask-writes: two services may not have one name where the switch says so',
    },
  },
  sqlTexts: {
    section: '12, question 23',
    mark: 'observed',
    settings: {
      false: 'autotask-rows: on a day that has one already is a duplicate',
      true: 'autotask-query: each tenth query deadlocks once, if so switched',
    },
  },
  visibleAfterMs: {
    section: '12, question 19',
    mark: 'inferred',
    settings: {
      usual: 'autotask-charges: a write is seen at once',
      another: 'autotask-charges: a write stays invisible to queries a moment, if switched',
    },
  },
  callsPerHour: {
    section: '3.3',
    mark: 'documented',
    settings: {
      usual: 'autotask-limits: is given by ThresholdInformation, which counts itself',
      another: 'autotask-limits: refuses excess with 429 until the rolling hour has passed',
    },
  },
  slowDown: {
    section: '3.3',
    mark: 'documented',
    settings: {
      // eslint-disable-next-line id-match -- a position of the switch, as worlds write it
      told: 'autotask-limits: slows down from 50 and 75 percent; only the journal says',
      waited: 'autotask-limits: is waited for where the switch says so',
    },
  },
  threads: {
    section: '3.3',
    mark: 'documented',
    settings: {
      usual: 'autotask-limits: three at once on an entity pass, a fourth is 429',
      another: 'autotask-limits: the number of places is a switch',
    },
  },
  unitPriceDecimals: {
    section: '12, question 13',
    mark: 'documented',
    settings: {
      usual: 'autotask-rows: with %i decimals of unit prices, 24 x 21.5002 is %f',
      another: 'autotask-charges: with %i decimals of unit prices, 0.12345 is kept as %f',
    },
  },
  denied: {
    section: '1',
    mark: 'observed',
    settings: {
      usual: 'autotask-rights: one right less leaves the others alone',
      another: 'autotask-rights: without the right %s, %s %s is refused and nothing happens',
    },
  },
  costs: {
    section: '1',
    mark: 'documented',
    settings: { shown: 'autotask-rights: shown', hidden: 'autotask-rights: hidden' },
  },
  timeZone: {
    section: '2.7',
    mark: 'inferred',
    settings: {
      usual: 'autotask-days: a year of days in %s, as %s, survives every operation',
      another: 'autotask-days: a year of days in %s, as %s, survives every operation',
    },
  },
  dateOutput: {
    section: '2.7',
    mark: 'inferred',
    settings: {
      midnight: 'autotask-days: is midnight UTC in %s',
      localMidnightAsUtc: 'autotask-days: is %s midnight in UTC where the switch says so: %s',
    },
  },
};

const CLOUDMORE: Switches<CloudmoreBehaviour> = {
  pollsBeforeReady: {
    section: '3.1',
    mark: 'inferred',
    settings: {
      usual: 'cloudmore-reports: a task is started, polled, and then has the report',
      another: 'cloudmore-reports: a running task may answer %s',
    },
  },
  whileRunning: {
    section: '3.1',
    mark: 'inferred',
    settings: {
      processing: 'cloudmore-reports: processing',
      accepted: 'cloudmore-reports: accepted',
      empty: 'cloudmore-reports: empty',
      notFound: 'cloudmore-reports: notFound',
    },
  },
  taskOutcome: {
    section: '3.1',
    mark: 'documented',
    settings: {
      ok: 'cloudmore-reports: a task is started, polled, and then has the report',
      failed: 'cloudmore-reports: a task may fail, with errors',
      never: 'cloudmore-reports: a task may never end',
    },
  },
  taskLifetimeS: {
    section: '10, question 4',
    mark: 'inferred',
    settings: {
      usual: 'cloudmore-reports: is kept',
      another: 'cloudmore-reports: is forgotten after a while where the switch says so',
    },
  },
  bodylessAccepted: {
    section: '9',
    mark: 'inferred',
    settings: {
      false: 'cloudmore-reports: a task is started, polled, and then has the report',
      true: 'cloudmore-reports: a start may lack a body: Location has the id',
    },
  },
  largeReport: {
    section: '9',
    mark: 'inferred',
    settings: {
      refuse: 'cloudmore-reports: a big month is refused, so that nobody builds on them',
      truncate: 'cloudmore-reports: a big month is silently cut short, if so switched',
    },
  },
  description: {
    section: '2.1',
    mark: 'documented',
    settings: {
      public: 'cloudmore-log-in: the description has every path, and the members that the world has',
      behindLogIn: 'cloudmore-log-in: the description asks for a log-in where the switch says so',
      none: 'cloudmore-log-in: there is no description where the switch says so',
    },
  },
  taskWords: {
    section: '10, question 4',
    mark: 'inferred',
    settings: {
      reference: 'cloudmore-reports: a task is started, polled, and then has the report',
      others: 'cloudmore-reports: a task says how it stands in the words of %s',
      numbers: 'cloudmore-reports: a task says how it stands in the words of %s',
    },
  },
  reportMember: {
    section: '10, question 4',
    mark: 'inferred',
    settings: {
      report: 'cloudmore-reports: a task is started, polled, and then has the report',
      result: 'cloudmore-reports: a finished task may have its report as %s',
      data: 'cloudmore-reports: a finished task may have its report as %s',
      payload: 'cloudmore-reports: a finished task may have its report as %s',
    },
  },
  lastDay: {
    section: '10, question 2',
    mark: 'inferred',
    settings: {
      included: 'cloudmore-reports: the report has the billing dates of the range, both ends included',
      excluded: 'cloudmore-reports: leaves out the range’s last day, if so switched',
    },
  },
  renames: {
    section: '10, question 1',
    mark: 'inferred',
    settings: {
      usual: 'cloudmore-reports: a task is started, polled, and then has the report',
      another: 'cloudmore-reports: members have other names in every answer where the switch says so',
    },
  },
  decimalsAsStrings: {
    section: '4',
    mark: 'documented',
    settings: {
      false: 'cloudmore-reports: amounts keep the world’s types: numbers stay numbers, texts texts',
      true: 'cloudmore-reports: amounts may be text, as in Microsoft samples; quantities not',
    },
  },
  tokenLifetimeS: {
    section: '2.2',
    mark: 'documented',
    settings: {
      usual: 'cloudmore-log-in: a token lasts one day of the sandbox clock',
      another: 'cloudmore-log-in: a token may end before its time where the switch says so',
    },
  },
};

export const SWITCHES: Fact[] = [...factsOf('autotask', AUTOTASK), ...factsOf('cloudmore', CLOUDMORE)];

interface Described {
  section: string;
  mark: Mark;
  settings: Record<string, string>;
}

function factsOf(side: Fact['side'], switches: Record<string, Described>): Fact[] {
  return Object.entries(switches).flatMap(([name, { section, mark, settings }]) =>
    facts(
      side,
      section,
      Object.entries(settings).map(([setting, test]) => [`switch ${name}: ${setting}`, mark, test]),
    ),
  );
}
