import type { Connection } from '@temporalio/client';
import { advised, advisedText, shellCommand, type Advised } from '../../shared/billing/basics/command.js';
import { GRPC, grpcStateOf } from '../../shared/messages/causes.js';
import type { BaseConfig } from '../../shared/config.js';
import { NAMES_IN_SEARCH, SEARCH_ATTRIBUTES } from '../../shared/messages/names.js';
import { CommandError, EXIT } from '../terminal/exit.js';
import { operator, type Temporal } from './connection.js';

/** Temporal's search attributes: which ones the namespace has, and making those that are missing where the server lets us. */

/** Temporal's number for type Keyword. */
export const KEYWORD = 2;

/** What is known of a namespace's attributes. */
export interface Attributes {
  /** By name; null where the server shows that it is there and not of which type. */
  types: ReadonlyMap<string, number | null>;
  /** Whether the server denies us to list them, and so to make them. */
  isDenied: boolean;
}

/** Those that a broker's settings need. */
export const searchAttributesOf = ({ namesInSearch }: Pick<BaseConfig, 'namesInSearch'>): readonly string[] =>
  namesInSearch ? [...SEARCH_ATTRIBUTES, ...NAMES_IN_SEARCH] : SEARCH_ATTRIBUTES;

/**
 * Which of the names the namespace has. Temporal Cloud denies the service that lists them (OperatorService): there each is asked for by a query that counts
 * executions, which is refused where the attribute is unknown.
 */
export async function attributesOf(temporal: Temporal, names: readonly string[]): Promise<Attributes> {
  const { client, namespace } = temporal;
  try {
    const { customAttributes } = await (client.connection as Connection).operatorService.listSearchAttributes({ namespace });
    const types = new Map(Object.entries(customAttributes).map(([name, type]) => [name, Number(type)]));
    return { types, isDenied: false };
  } catch (error) {
    if (!isDenied(error)) throw error;
  }
  const found = await Promise.all(names.map((name) => isKnown(temporal, name)));
  return { types: new Map(names.filter((_name, index) => found[index]).map((name) => [name, null])), isDenied: true };
}

async function isKnown({ client, namespace }: Temporal, name: string): Promise<boolean> {
  try {
    await client.workflowService.countWorkflowExecutions({ namespace, query: `${name} = 'none'` });
    return true;
  } catch (error) {
    if (grpcStateOf(error) === GRPC.invalidArgument) return false;
    throw error;
  }
}

/** They are missing, and this program cannot make them. */
export class AttributesMissing extends CommandError {}

/** Registers those that are missing, where the server lets us. Throws `AttributesMissing`, which says what makes them. */
export async function ensureSearchAttributes(temporal: Temporal, names: readonly string[] = SEARCH_ATTRIBUTES): Promise<void> {
  const { types } = await attributesOf(temporal, names);
  const missing = names.filter((name) => !types.has(name));
  if (missing.length === 0) return;
  const { client, namespace } = temporal;
  try {
    await (client.connection as Connection).operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, KEYWORD])),
    });
  } catch (error) {
    if (isAlreadyThere(error)) return;
    const how = howToMake(namespace, missing, isDenied(error)).map(advisedText);
    throw new AttributesMissing(EXIT.configuration, [`Search attributes are missing: ${missing.join(', ')}.`, ...how].join('\n'));
  }
}

/** The same for a worker: says what to make, and lets it run: once they are there it needs no restart. */
export async function askForSearchAttributes(
  temporal: Temporal,
  names: readonly string[],
  say: (text: string) => void,
): Promise<void> {
  try {
    await ensureSearchAttributes(temporal, names);
  } catch (error) {
    if (!(error instanceof AttributesMissing)) throw error;
    say(`${error.message}\nUntil then no run can start.`);
  }
}

/** What a person does about missing ones, a paragraph each. Where this program may not list them it may not make them either, and is told so by Temporal Cloud. */
export function howToMake(namespace: string, missing: string[], isDenied: boolean): Advised[] {
  const options = missing.flatMap((name) => ['--name', name, '--type', 'Keyword']);
  const ofCloud = missing.flatMap((name) => ['--search-attribute', `${name}=Keyword`]);
  const add = ['namespace', 'search-attributes', 'add', '--namespace', namespace] as const;
  return [
    advised('Register them with:', operator('search-attribute', 'create', '-n', namespace, ...options)),
    ...(isDenied
      ? [
          advised(
            'This server does not allow that from here: in Temporal Cloud add them to the namespace on its web pages, each of type Keyword, or with:',
            shellCommand('tcld', ...add, ...ofCloud),
          ),
        ]
      : []),
  ];
}

const isDenied = (error: unknown): boolean =>
  grpcStateOf(error) === GRPC.permissionDenied || grpcStateOf(error) === GRPC.unimplemented;
const isAlreadyThere = (error: unknown): boolean => error instanceof Error && /already exist/i.test(error.message);
