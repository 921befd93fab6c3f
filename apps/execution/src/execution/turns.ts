import { deriveEventId } from '@toolplane/contracts/ids';
import { digest } from '@toolplane/security/chain';
import type { Applied } from './applied.js';
import type { Turn } from './timeline.store.js';

/** What of an answer is filed beside the row: progress, and every decision but the first. */
export function turnsOf({ dated, answer, row, effects }: Applied): readonly Turn[] {
  if (!row || answer === 'repeated') return [];
  const { tenantId, id: executionId, eventId, report, by, decision: event } = dated;
  const turns: Turn[] = [];
  if (answer === 'applied' && event && event.id !== deriveEventId(tenantId, executionId, 'decided')) {
    const { outcome, error, ruleSet, rules, approval } = event.data;
    turns.push({ tenantId, executionId, eventId, type: 'decided', facts: { outcome, error, ruleSet, rules, approval } });
  }
  for (const effect of effects) {
    if (effect.type !== 'progress') continue;
    const { kind } = effect;
    const attempt = report?.attempt ?? row.attempt;
    const dueAt = kind === 'retry_scheduled' ? (row.startBy?.toISOString() ?? null) : null;
    const outputDigest = kind === 'late_report' && report?.output !== undefined ? digest(report.output) : null;
    turns.push({
      tenantId, executionId, eventId: deriveEventId(tenantId, executionId, `progressed:${kind}:${attempt}`), type: 'progressed',
      facts: { kind, attempt, dueAt, outputDigest, cause: eventId, ...(by && { by }) },
    });
  }
  return turns;
}
