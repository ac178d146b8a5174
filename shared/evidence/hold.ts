/**
 * Being the only one: of all processes that share a store, one holds a name. It keeps it until it gives it back or ends; then the next one that waits has it.
 * A process that was frozen for a while (a paused container, a machine that slept) has lost it, because another may have taken over meanwhile.
 */
export interface Hold {
  /** Whether nobody else can hold the name now. Asked before everything that only one may do. */
  isHeld(): boolean;
  /** When it is lost; never when it is given back. */
  lost: Promise<void>;
  release(): Promise<void>;
}

export interface HoldOptions {
  /** Ends the waiting. */
  signal: AbortSignal;
  /** Told once, when another process holds the name. */
  onWait: () => void;
}

/** How often one that waits looks whether the name is free. */
export const LOOK_EVERY_MS = 1_000;
/** Frozen for longer than this, a process no longer counts on what it held. Well below what others wait before they take over. */
export const FROZEN_MS = 6_000;
const PULSE_MS = 500;

export class HeldName implements Hold {
  readonly lost: Promise<void>;
  private tellLost!: () => void;
  private isOver = false;
  private seenAt = Date.now();
  private readonly pulse: NodeJS.Timeout;

  constructor(private readonly giveBack: () => Promise<void>) {
    this.lost = new Promise((resolve) => (this.tellLost = resolve));
    this.pulse = setInterval(() => this.isHeld(), PULSE_MS).unref();
  }

  isHeld(): boolean {
    if (Date.now() - this.seenAt > FROZEN_MS) this.lose();
    else this.seenAt = Date.now();
    return !this.isOver;
  }

  lose(): void {
    if (this.isOver) return;
    this.end();
    this.tellLost();
  }

  async release(): Promise<void> {
    this.end();
    await this.giveBack();
  }

  private end(): void {
    this.isOver = true;
    clearInterval(this.pulse);
  }
}
