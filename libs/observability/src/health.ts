export interface HealthCheck {
  readonly name: string;
  readonly status: 'ok' | 'down';
  /** Since when it has this status, RFC 3339. */
  readonly since: string;
  /** What the check says about itself; the reason where it is down. */
  readonly detail: string | null;
}

export interface HealthSnapshot {
  /** `ok` only where every check is. */
  readonly status: 'ok' | 'down';
  readonly checks: readonly HealthCheck[];
}

/** Gives a detail (text, or what becomes JSON) or nothing where all is well, throws with the reason where it is not. */
export type Check = () => unknown;

/** How long a check may take before it counts as down, in milliseconds. */
const CHECK_DEADLINE_MS = 2_000;

/** What this process depends on and how it stands. Each part of it registers its own check. */
export class Health {
  private readonly checks = new Map<string, Check>();
  private readonly last = new Map<string, HealthCheck>();

  constructor(
    private readonly clock: () => Date = () => new Date(),
    private readonly deadlineMs: number = CHECK_DEADLINE_MS,
  ) {}

  /** A later registration of the same name takes the place of the earlier one. */
  register(name: string, check: Check): void {
    this.checks.set(name, check);
  }

  async snapshot(): Promise<HealthSnapshot> {
    const checks = await Promise.all([...this.checks].map(([name, check]) => this.judge(name, check)));
    return { status: checks.every(({ status }) => status === 'ok') ? 'ok' : 'down', checks };
  }

  private async judge(name: string, check: Check): Promise<HealthCheck> {
    const { status, detail } = await this.run(check);
    const before = this.last.get(name);
    const since = before?.status === status ? before.since : this.clock().toISOString();
    const now: HealthCheck = { name, status, since, detail };
    this.last.set(name, now);
    return now;
  }

  private async run(check: Check): Promise<Pick<HealthCheck, 'status' | 'detail'>> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${this.deadlineMs} ms`)), this.deadlineMs);
    });
    try {
      const detail: unknown = await Promise.race([Promise.resolve().then(check), late]);
      return { status: 'ok', detail: detail == null ? null : typeof detail === 'string' ? detail : JSON.stringify(detail) };
    } catch (error) {
      return { status: 'down', detail: error instanceof Error ? error.message : String(error) };
    } finally {
      clearTimeout(timer);
    }
  }
}
