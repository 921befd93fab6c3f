import type { Readiness } from '@toolplane/contracts/http';
import { Health, type HealthSnapshot } from '@toolplane/observability';
import type { CallableService, ServiceClient } from '@toolplane/service-kit';

/** Anybody may ask, so that the answer is kept for a moment: asking often must not become load on every service. */
const KEPT_MS = 500;

/** How the whole system is: the gateway's own checks, and what every service and worker says of itself. */
export class SystemHealth {
  private readonly others = new Health();
  private last: { readonly at: number; readonly snapshot: Promise<HealthSnapshot> } | undefined;

  constructor(
    private readonly own: Health,
    private readonly services: ServiceClient,
    names: readonly CallableService[],
  ) {
    for (const name of names) this.others.register(name, () => this.ask(name));
  }

  snapshot(): Promise<HealthSnapshot> {
    if (!this.last || performance.now() - this.last.at > KEPT_MS) this.last = { at: performance.now(), snapshot: this.look() };
    return this.last.snapshot;
  }

  private async ask(service: CallableService): Promise<void> {
    const { body } = await this.services.call<Readiness>({ service, method: 'GET', path: '/readyz', timeoutMs: 1_500 });
    refuseFaulty(body);
  }

  private async look(): Promise<HealthSnapshot> {
    const [own, others] = await Promise.all([this.own.snapshot(), this.others.snapshot()]);
    return { status: own.status === 'ok' && others.status === 'ok' ? 'ok' : 'down', checks: [...others.checks, ...own.checks] };
  }
}

/** What is wrong with a service is said by its own checks. */
function refuseFaulty({ status, checks }: Readiness): void {
  if (status === 'ok') return;
  const faults = checks.filter((check) => check.status === 'down').map(({ name, detail }) => `${name}: ${detail ?? 'down'}`);
  throw new Error(faults.join('; ') || 'not ready');
}
