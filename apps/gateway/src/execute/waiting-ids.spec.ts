import { writeCloudEvent } from '@toolplane/contracts/envelope';
import { ToolAuditRecorded, ToolExecutionCompleted } from '@toolplane/contracts/events';
import { golden } from '@toolplane/contracts/testing';
import { awaitsApproval, concernsSomebody, waitingIds } from './waiting-ids.js';

const ID = '0910f337-bcfe-5d40-bebe-04bd023aed9b';
const OTHER = '0910f337-bcfe-5d40-bebe-04bd023aed9c';
const audit = (executionId: string, kind: 'decision' | 'outcome', approval: ToolAuditRecorded['data']['approval']) => ({
  value: Buffer.from(writeCloudEvent(golden(ToolAuditRecorded, { executionId, kind, approval })).value),
});
const WAITS = { id: '0193e3b1-7c40-7a52-9a51-0d6f2c1b8e11', decision: 'pending', by: null, comment: null };

describe('what somebody waits for', () => {
  it('is nothing where nobody waits, whatever the record', () => {
    expect(concernsSomebody({ key: null })).toBe(false);
    expect(awaitsApproval(audit(ID, 'decision', WAITS))).toBe(false);
  });

  it('is told by the key of an outcome, before it is parsed', () => {
    const { subject = '' } = golden(ToolExecutionCompleted, { executionId: ID });
    waitingIds.add(ID);
    waitingIds.add(ID);
    expect(concernsSomebody({ key: Buffer.from(subject) })).toBe(true);
    expect(concernsSomebody({ key: Buffer.from(OTHER) })).toBe(false);
    waitingIds.remove(ID);
    expect(concernsSomebody({ key: Buffer.from(ID) })).toBe(true);
    waitingIds.remove(ID);
    expect(concernsSomebody({ key: Buffer.from(ID) })).toBe(false);
  });

  it('is told by the bytes of an audit entry: a decision whose approval is pending', () => {
    waitingIds.add(ID);
    expect(awaitsApproval(audit(ID, 'decision', WAITS))).toBe(true);
    expect(awaitsApproval(audit(OTHER, 'decision', WAITS))).toBe(false);
    expect(awaitsApproval(audit(ID, 'decision', { ...WAITS, decision: 'approved' }))).toBe(false);
    expect(awaitsApproval(audit(ID, 'outcome', WAITS))).toBe(false);
    expect(awaitsApproval({ value: null })).toBe(false);
    waitingIds.remove(ID);
  });
});
