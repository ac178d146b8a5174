import { describe, expect, test } from '@jest/globals';
import { loadBaseConfig } from '../shared/config.js';
import { ConfigError } from '../shared/environment.js';
import type { Mode } from '../shared/messages/messages.js';
import { modeFor } from '../shared/modes.js';

/** How far a run may go for an organization. */

const CONTOSO = { id: '83E8DB2A', name: 'Contoso Dental Group' };

const cases: [general: Mode, own: string, asked: Mode | null, becomes: Mode][] = [
  ['shadow', '', null, 'shadow'],
  ['shadow', '', 'approve', 'shadow'],
  ['auto', '', 'shadow', 'shadow'],
  ['shadow', 'Contoso Dental Group=auto', null, 'auto'],
  ['auto', '83e8db2a=shadow', null, 'shadow'],
  ['auto', 'somebody else=shadow', null, 'auto'],
  ['auto', ' contoso dental group = approve , other=shadow', null, 'approve'],
  // Next to a mode that the run was asked for, the more cautious counts.
  ['auto', '83e8db2a=shadow', 'auto', 'shadow'],
  ['approve', '83e8db2a=auto', 'shadow', 'shadow'],
  ['shadow', '83e8db2a=approve', 'auto', 'approve'],
  // Named by id and by name, in two modes: likewise.
  ['auto', '83e8db2a=auto,Contoso Dental Group=shadow', null, 'shadow'],
];

describe('BILLING_MODE_ORGANIZATIONS', () => {
  test.each(cases)('%s, own "%s", %s: %s', (general, own, asked, becomes) => {
    const config = loadBaseConfig({ BILLING_MODE: general, BILLING_MODE_ORGANIZATIONS: own });
    expect(modeFor(config, CONTOSO, asked)).toBe(becomes);
  });

  // The first of them was taken.
  test('refuses two modes for one customer, accepts one twice', () => {
    const modes = (value: string): unknown => loadBaseConfig({ BILLING_MODE_ORGANIZATIONS: value }).organizationModes;
    expect(() => modes('Contoso=auto, contoso = shadow, Fabrikam=auto')).toThrow(
      /BILLING_MODE_ORGANIZATIONS: expected one mode for "contoso", not auto and shadow/,
    );
    expect(modes('Contoso=auto,contoso=auto')).toHaveLength(2);
  });

  test.each(['Contoso', 'Contoso=fast', '=auto'])('"%s" is refused, with what was expected', (value) => {
    let problem: unknown;
    try {
      loadBaseConfig({ BILLING_MODE_ORGANIZATIONS: value });
    } catch (error) {
      problem = error;
    }
    expect(problem).toBeInstanceOf(ConfigError);
    expect((problem as ConfigError).problems.join('\n')).toMatch(
      /^BILLING_MODE_ORGANIZATIONS: expected ORGANIZATION=MODE with an id or exact name and shadow, approve or auto/,
    );
  });
});
