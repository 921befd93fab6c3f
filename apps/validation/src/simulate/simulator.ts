import { setImmediate } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DependencyDown, ToolplaneError } from '@toolplane/contracts/errors';
import { expandRules } from '@toolplane/contracts/events';
import type { DecisionPage, DecisionRecord, Problem } from '@toolplane/contracts/http';
import { ServiceClient, type Caller } from '@toolplane/service-kit';
import { Cases } from '../decide/cases.js';
import type { Decision } from '../decide/decide.js';
import { ControlProjection } from '../projection/control-projection.js';
import { RegistryProjection } from '../projection/registry-projection.js';
import { changeOf } from './change-of.js';
import { ChangedDefinitions } from './changed-definitions.js';
import { askedThen, Replay } from './replay.js';
import { MOST_LISTED, MOST_RECORDS, type Flip, type SimulationAnswer, type SimulationBody } from './simulation.js';

const PAGE = 200;
const LONGEST_TURN_MS = 5;
const READ_WITHIN_MS = 10_000;
type Outcome = Flip['before'];

/** Tries a change of policy on what was decided before. Changes nothing, and nobody else sees it. */
@Injectable()
export class Simulator {
  constructor(
    private readonly registry: RegistryProjection,
    private readonly control: ControlProjection,
    private readonly services: ServiceClient,
  ) {}

  async run(caller: Caller, body: SimulationBody): Promise<SimulationAnswer> {
    const { tenantId } = caller;
    const change = changeOf(this.registry, tenantId, body);
    const now = new Replay(new Cases(this.registry, this.control));
    const then = new Replay(new Cases(new ChangedDefinitions(this.registry, change), this.control));
    const tally = new Tally();
    const breath = new Breath();
    for await (const records of this.pages(caller, change.tool.id, body)) {
      for (const record of records) {
        await breath.take();
        const asked = askedThen(tenantId, record);
        tally.take(record, asked && { before: now.decide(asked), after: then.decide(asked) });
      }
    }
    return tally.answer();
  }

  private async *pages({ token }: Caller, toolId: string, { agent, from, to, last = MOST_RECORDS }: SimulationBody): AsyncGenerator<readonly DecisionRecord[]> {
    const query = new URLSearchParams({
      toolId, last: String(last), limit: String(PAGE), ...(agent !== undefined && { agent }), ...(from !== undefined && { from }), ...(to !== undefined && { to }),
    });
    for (let read = 0; read < last; ) {
      const { status, body } = await this.services.call<DecisionPage & Partial<Problem>>({
        service: 'execution', method: 'GET', path: `/internal/decisions?${query.toString()}`, token, timeoutMs: READ_WITHIN_MS,
      });
      if (status === 503) throw new DependencyDown('execution');
      if (status !== 200) throw new ToolplaneError('INTERNAL', { message: `execution answered ${status} about past decisions` });
      // What was decided since the first page was asked for is not part of the last ones.
      const items = body.items.slice(0, last - read);
      yield items;
      read += items.length;
      if (body.next === null) return;
      query.set('cursor', body.next);
    }
  }
}

/** Lets others have their turn: what is asked here must not keep requests waiting. */
class Breath {
  private since = performance.now();

  async take(): Promise<void> {
    if (performance.now() - this.since < LONGEST_TURN_MS) return;
    await setImmediate();
    this.since = performance.now();
  }
}

/** Counts what flips, and keeps the newest of it. */
class Tally {
  private considered = 0;
  private notKept = 0;
  private first: string | null = null;
  private newest: string | null = null;
  private flips = 0;
  private readonly items: Flip[] = [];
  private readonly counts = new Map<string, { readonly before: Outcome; readonly after: Outcome; count: number }>();

  take(record: DecisionRecord, decided: { readonly before: Decision; readonly after: Decision } | null): void {
    this.considered += 1;
    this.first ??= record.at;
    this.newest = record.at;
    if (!decided) {
      this.notKept += 1;
      return;
    }
    const [before, after] = [outcomeOf(decided.before), outcomeOf(decided.after)];
    if (before.outcome === after.outcome && before.code === after.code) return;
    this.flips += 1;
    const key = `${before.outcome} ${before.code} ${after.outcome} ${after.code}`;
    const counted = this.counts.get(key) ?? { before, after, count: 0 };
    counted.count += 1;
    this.counts.set(key, counted);
    this.items.push(flipOf(record, decided.before, decided.after));
    if (this.items.length > MOST_LISTED) this.items.shift();
  }

  answer(): SimulationAnswer {
    return {
      considered: this.considered, judged: this.considered - this.notKept, notKept: this.notKept, from: this.first, to: this.newest, flips: this.flips,
      byOutcome: [...this.counts.values()].sort((a, b) => b.count - a.count), items: this.items.toReversed(),
    };
  }
}

const outcomeOf = ({ outcome, failed }: Decision): Outcome => ({ outcome, code: failed?.code ?? null });

function flipOf({ executionId, at, agent, sessionId, ...record }: DecisionRecord, before: Decision, after: Decision): Flip {
  const code = expandRules(record.ruleSet, record.rules).find(({ verdict }) => verdict === 'fail')?.code ?? null;
  return {
    executionId, at, agent, sessionId, recorded: { outcome: record.outcome, code }, before: outcomeOf(before), after: outcomeOf(after),
    rules: before.rules.flatMap((verdict, index) => {
      const [was, is] = [viewOf(verdict), viewOf(after.rules[index] ?? verdict)];
      return JSON.stringify(was) === JSON.stringify(is) ? [] : [{ rule: verdict.rule, before: was, after: is }];
    }),
  };
}

const viewOf = (verdict: Decision['rules'][number]): Flip['rules'][number]['before'] => ({
  verdict: verdict.verdict, code: verdict.verdict === 'fail' ? verdict.code : null, reason: verdict.reason, details: verdict.details ?? null,
});
