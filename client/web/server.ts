import cookie from '@fastify/cookie';
import csrf from '@fastify/csrf-protection';
import formbody from '@fastify/formbody';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import session from '@fastify/session';
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type preHandlerAsyncHookHandler,
  type preHandlerHookHandler,
} from 'fastify';
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { FORMATS, type Format } from '../terminal/formats.js';
import { personOfRequest } from './access.js';
import { addCodec } from './codec.js';
import { choose, SORTS } from './customers.js';
import { customerRows } from '../../shared/report/customers.js';
import { customerLink } from '../../shared/web-links.js';
import { customerPage } from './pages/customer.js';
import { againstPage, yearPage } from './pages/compared.js';
import { customersPage } from './pages/customers.js';
import { page } from './pages/layout.js';
import { monthPage, monthsPage } from './pages/month.js';
import { decisionsPage, explainPage, loginPage, messagePage } from './pages/others.js';
import type { WebSettings } from '../../shared/web-settings.js';
import type { ActionResult, Source } from './source.js';
import { WEB_STYLE } from './style.js';
import { outageOf } from './outages.js';
import { found, Forbidden, Missing, monthOf, type Get, type Post, type Shown, type Viewer } from './requests.js';
import { addMonthEndButtons, addMonthEndPages } from './month-end.js';
import { personOf } from './users.js';

/** The page for finance: a month, what waits in it, a customer, and the buttons that decide. Rendered here; no page needs a script. */

const SESSION_MS = 8 * 3_600_000;
/** A form of 3,000 chosen plans is a third of it. */
const BODY_BYTES = 1_000_000;
const LOGIN_TRIES = { max: 10, timeWindow: '5 minutes' };
const REQUESTS = { max: 600, timeWindow: '1 minute' };

export async function createWeb(source: Source, settings: WebSettings): Promise<FastifyInstance> {
  const app = Fastify({ bodyLimit: BODY_BYTES, logger: false });
  await protect(app, settings);
  // For the health check of the stack: an answer means that the evidence can be read; it says nothing of what is in it.
  app.get('/readyz', async (_request, reply) => {
    await source.months();
    return reply.type('text/plain').send('ready\n');
  });
  addLogin(app, source, settings);
  addPages(app, source, settings);
  addActions(app, source, settings);
  await addCodec(app, settings);
  app.setNotFoundHandler((request, reply) =>
    failed(request, reply, { source, settings, status: 404, text: 'There is no such page.' }),
  );
  app.setErrorHandler((error: FastifyError, request, reply) => explained(error, request, reply, { source, settings }));
  return app;
}

async function protect(app: FastifyInstance, { url }: WebSettings): Promise<void> {
  const isSecure = url?.startsWith('https:') ?? false;
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: isSecure,
    referrerPolicy: { policy: 'same-origin' },
  });
  await app.register(rateLimit, REQUESTS);
  await app.register(formbody, { bodyLimit: BODY_BYTES });
  await app.register(cookie);
  await app.register(session, {
    secret: randomBytes(48).toString('hex'),
    cookieName: 'billing',
    saveUninitialized: true,
    cookie: { httpOnly: true, sameSite: 'lax', secure: isSecure, path: '/', maxAge: SESSION_MS },
  });
  await app.register(csrf, { sessionPlugin: '@fastify/session', getToken: tokenOf });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store');
    done();
  });
}

/** Refuses what no form of ours sent. */
const fromOurForm =
  (app: FastifyInstance): preHandlerHookHandler =>
  (request, reply, done) =>
    app.csrfProtection(request, reply, done);

const tokenOf = ({ body }: FastifyRequest): string => z.object({ _csrf: z.string() }).safeParse(body).data?._csrf ?? '';

// ---------------------------------------------------------------------------------------------------------------- log-in

const loginSchema = z.object({ name: z.string(), password: z.string(), next: z.string().optional() });

function addLogin(app: FastifyInstance, source: Source, settings: WebSettings): void {
  const form = (reply: FastifyReply, problem: string | null, next: string): string =>
    page(
      { title: 'Log in', broker: source.broker, person: null, month: null, flash: null, csrf: null },
      loginPage(reply.generateCsrf(), problem, next),
    );
  app.get('/style.css', (_request, reply) => reply.type('text/css').header('cache-control', 'max-age=300').send(WEB_STYLE));
  app.get('/login', (request, reply) => sendPage(reply, form(reply, null, nextOf((request.query as { next?: unknown }).next))));
  app.post('/login', { config: { rateLimit: LOGIN_TRIES }, preHandler: fromOurForm(app) }, async (request, reply) => {
    const { name, password, next } = loginSchema.parse(request.body);
    const person = await personOf(settings.users, name, password);
    if (person === null) return sendPage(reply.code(401), form(reply, 'Name or password is wrong.', nextOf(next)));
    await request.session.regenerate();
    request.session.person = person;
    return reply.redirect(nextOf(next), 303);
  });
  app.post('/logout', { preHandler: fromOurForm(app) }, async (request, reply) => {
    await request.session.destroy();
    return reply.redirect('/login', 303);
  });
}

/** Where to continue after the log-in: one of our pages, nothing else. */
const nextOf = (next: unknown): string => (typeof next === 'string' && /^\/[^/\\]/.test(next) ? next : '/');

// ---------------------------------------------------------------------------------------------------------------- pages

type Params = Record<string, string>;

function addPages(app: FastifyInstance, source: Source, settings: WebSettings): void {
  const get: Get = (path, show) => {
    app.get(path, async (request, reply) => {
      const viewer = viewerOf(request, reply, settings);
      if (viewer === null) return askIn(request, reply, settings, source);
      return render(request, reply, { source, viewer, shown: await show(request, viewer) });
    });
  };
  get('/', async () => ({ title: 'Months', month: null, body: monthsPage(await source.months()) }));
  get('/months/:month', async (request) => {
    const month = monthOf(request);
    return { title: month, month, body: monthPage(await found(source.month(month), `${month} has not been billed yet.`)) };
  });
  get('/months/:month/customers', async (request, viewer) => {
    const month = monthOf(request);
    const { outcomes } = await found(source.month(month), `${month} has not been billed yet.`);
    const choice = choiceSchema.parse(request.query);
    const chosen = choose(outcomes.flatMap(customerRows), choice);
    return { title: `To do ${month}`, month, body: customersPage(month, choice, chosen, viewer) };
  });
  get('/months/:month/customers/:id', async (request, viewer) => {
    const month = monthOf(request);
    const { id } = request.params as Params;
    const customer = await found(source.customer(month, id!), `${month} has nothing of this customer.`);
    return { title: customer.outcome.organizationName, month, body: customerPage(customer, viewer) };
  });
  get('/months/:month/decisions', async (request) => {
    const month = monthOf(request);
    const { entries, problem } = await source.decisions(month);
    return { title: `Decisions ${month}`, month, body: decisionsPage(month, entries, problem) };
  });
  get('/months/:month/against/:other', async (request) => {
    const [month, other] = [monthOf(request), monthOf(request, 'other')];
    const against = await found(source.against(month, other), `${month} or ${other} has not been billed yet.`);
    return { title: `${month} against ${other}`, month, body: againstPage(against) };
  });
  get('/months/:month/year', async (request) => {
    const month = monthOf(request);
    return { title: `The year up to ${month}`, month, body: yearPage(await source.year(month)) };
  });
  get('/months/:month/explain', async (request) => {
    const month = monthOf(request);
    const { subscription } = z.object({ subscription: z.string().max(500) }).parse(request.query);
    return { title: 'Explain', month, body: explainPage(month, subscription, await source.explain(month, subscription)) };
  });
  addMonthEndPages(get, source);
  app.get('/months/:month/certificates/:number', async (request, reply) => {
    if (viewerOf(request, reply, settings) === null) return askIn(request, reply, settings, source);
    const { number } = z.object({ number: z.coerce.number().int() }).parse(request.params);
    const { content, name } = await found(source.certificate(monthOf(request), number), 'There is no such certificate.');
    return reply.type(TYPES.json!).header('content-disposition', `attachment; filename="${name}"`).send(content);
  });
  app.get('/months/:month/report.:format', async (request, reply) => {
    if (viewerOf(request, reply, settings) === null) return askIn(request, reply, settings, source);
    return download(request, reply, source);
  });
}

const choiceSchema = z.object({
  find: z.string().max(200).catch(''),
  show: z.enum(['waiting', 'all']).catch('waiting'),
  sort: z.enum(SORTS).catch('difference'),
  page: z.coerce.number().int().min(1).max(10_000).catch(1),
});

const TYPES: Partial<Record<Format, string>> = {
  html: 'text/html; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  json: 'application/json; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

/** The report as the command writes it. It has its own style, and loads nothing from anywhere. */
async function download(request: FastifyRequest, reply: FastifyReply, source: Source): Promise<FastifyReply> {
  const month = monthOf(request);
  const format = FORMATS.find((known) => known === (request.params as Params).format);
  const type = format && TYPES[format];
  if (format === undefined || type === undefined) throw new Missing('There is no such download.');
  const { content, name } = await found(source.download(month, format), `${month} has not been billed yet.`);
  void reply.type(type);
  if (format === 'html')
    void reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
  else void reply.header('content-disposition', `attachment; filename="${name}"`);
  return reply.send(typeof content === 'string' ? content : Buffer.from(content));
}

// ---------------------------------------------------------------------------------------------------------------- buttons

const actSchema = z.object({
  action: z.enum(['approve', 'skip', 'rerun']),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  reason: z.string().trim().min(1).max(500),
});
const releaseSchema = z.object({
  plan: z.union([z.string(), z.array(z.string())]).transform((plans) => (Array.isArray(plans) ? plans : [plans])),
  reason: z.string().trim().min(1).max(500),
});

function addActions(app: FastifyInstance, source: Source, settings: WebSettings): void {
  // Of a session that has ended the form's token is unknown too: its owner is led to the log-in, not warned of a stranger's form.
  const askFirst: preHandlerAsyncHookHandler = async (request, reply) =>
    personOfRequest(request, settings) === null ? askIn(request, reply, settings, source) : undefined;
  const post: Post = (path, act) => {
    app.post(path, { preHandler: [askFirst, fromOurForm(app)] }, async (request, reply) => {
      const person = personOfRequest(request, settings)!;
      if (person.role !== 'approve') throw new Forbidden(`${person.name} may look, but not decide.`);
      const { result, to } = await act(request, person);
      request.session.flash = result;
      return reply.redirect(to, 303);
    });
  };
  addMonthEndButtons(post, source);
  post('/months/:month/customers/:id/act', async (request, { name: actor }) => {
    const month = monthOf(request);
    const { id } = request.params as Params;
    const { action, digest, reason } = actSchema.parse(request.body);
    const result = await source.act({ action, month, organizationId: id!, digest, reason, actor });
    return { result, to: customerLink(month, id!) };
  });
  post('/months/:month/release', async (request, { name: actor }) => {
    const month = monthOf(request);
    const { plan: plans, reason } = releaseSchema.parse(request.body);
    const results: ActionResult[] = [];
    // A customer with two currencies has two rows, and one plan.
    for (const plan of new Set(plans)) {
      const [, digest, organizationId] = /^([0-9a-f]{64}):(.+)$/s.exec(plan) ?? [];
      if (digest === undefined || organizationId === undefined) throw new Missing('This plan is not in the list.');
      results.push(await source.act({ action: 'approve', month, organizationId, digest, reason, actor }));
    }
    return { result: together(results), to: `/months/${month}/customers` };
  });
}

function together(results: ActionResult[]): ActionResult {
  const bad = results.filter(({ isGood }) => !isGood);
  const released = `${results.length - bad.length} of ${results.length} released.`;
  return { isGood: bad.length === 0, text: [released, ...bad.map(({ text }) => text)].join(' ') };
}

// ---------------------------------------------------------------------------------------------------------------- answers

function viewerOf(request: FastifyRequest, reply: FastifyReply, settings: WebSettings): Viewer | null {
  const person = personOfRequest(request, settings);
  return person && { person, mayApprove: person.role === 'approve', csrf: reply.generateCsrf() };
}

/** Behind a proxy there is no log-in of ours: who comes without its header has come past it. */
function askIn(request: FastifyRequest, reply: FastifyReply, settings: WebSettings, source: Source): FastifyReply {
  if (settings.proxy !== null)
    return failed(request, reply, {
      source,
      settings,
      status: 403,
      text: "Use your company's log-in; you cannot open this address directly.",
    });
  return reply.redirect(
    `/login?${new URLSearchParams({ next: request.method === 'GET' ? request.url : cameFrom(request) }).toString()}`,
    303,
  );
}

/** The page of ours that a form was on. */
function cameFrom({ headers: { referer, host } }: FastifyRequest): string {
  if (referer === undefined || !URL.canParse(referer)) return '/';
  const from = new URL(referer);
  return from.host === host ? from.pathname : '/';
}

function render(
  request: FastifyRequest,
  reply: FastifyReply,
  { source, viewer, shown: { title, month, body } }: { source: Source; viewer: Viewer; shown: Shown },
): FastifyReply {
  const flash = request.session.flash ?? null;
  delete request.session.flash;
  return sendPage(reply, page({ title, broker: source.broker, month, flash, ...viewer }, body));
}

const sendPage = (reply: FastifyReply, content: string): FastifyReply => reply.type('text/html; charset=utf-8').send(content);

/** What went wrong, in a sentence; the program's own mistakes are reported on standard error alone, what is out of reach in one line there. */
function explained(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
  { source, settings }: { source: Source; settings: WebSettings },
): FastifyReply {
  const outage = outageOf(error, request.method === 'POST');
  const status = outage?.status ?? (error instanceof z.ZodError ? 400 : (error.statusCode ?? 500));
  if (status >= 500)
    process.stderr.write(
      `${request.method} ${request.routeOptions.url ?? ''}: ${outage?.logged ?? error.stack ?? error.message}\n`,
    );
  if (outage !== null) return failed(request, reply, { source, settings, status, text: outage.shown });
  return failed(request, reply, {
    source,
    settings,
    status,
    text: TEXTS[status] ?? (status < 500 ? error.message : TEXTS[500]!),
    error,
  });
}

const TEXTS: Partial<Record<number, string>> = {
  400: 'Something is missing from the form. Go back and fill in the reason.',
  429: 'Too many attempts. Wait a few minutes.',
  500: 'This did not work. The log of the page says why.',
};

interface FailedInput {
  source: Source;
  settings: WebSettings;
  status: number;
  text: string;
  error?: FastifyError | undefined;
}

function failed(
  request: FastifyRequest,
  reply: FastifyReply,
  { source, settings, status, text, error }: FailedInput,
): FastifyReply {
  const isExpired = String(error?.code ?? '').startsWith('FST_CSRF');
  const shown = isExpired ? 'The page was out of date, and nothing was done. Open it again.' : text;
  const person = status === 403 && settings.proxy !== null ? null : personOfRequest(request, settings);
  const csrfToken = person === null ? null : reply.generateCsrf();
  return sendPage(
    reply.code(status),
    page(
      { title: 'Not done', broker: source.broker, person, month: null, flash: null, csrf: csrfToken },
      messagePage('Not done', shown),
    ),
  );
}
