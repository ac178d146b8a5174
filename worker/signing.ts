import type { Evidence } from '../shared/evidence/index.js';
import { openSigner, signHead, type Signer } from '../shared/evidence/signing.js';

const SIGN_EVERY_MS = 60_000;

/** Signs where the broker's chain of evidence stands, every minute while this process serves the broker. A missing key does not stop billing. */
export function keepSigning(
  { evidence, broker, keys, isOn }: { evidence: Evidence; broker: string; keys: string; isOn: () => boolean },
  say: (message: string) => void,
): { sign(): Promise<void>; stop(): void } {
  let signer: Promise<Signer> | null = null;
  let said = '';
  const sign = async (): Promise<void> => {
    if (!isOn()) return;
    try {
      await signHead(evidence, broker, await (signer ??= openSigner(keys)));
      said = '';
    } catch (error) {
      signer = null;
      const why = error instanceof Error ? error.message : String(error);
      if (why !== said) say(`evidence is not signed: ${why}. The key is kept in ${keys} (BILLING_KEYS)`);
      said = why;
    }
  };
  const timer = setInterval(() => void sign(), SIGN_EVERY_MS).unref();
  return { sign, stop: () => clearInterval(timer) };
}
