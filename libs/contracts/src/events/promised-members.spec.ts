import type { TObject } from 'typebox';
import { AuditEntry, ToolExecutionCompleted, ToolExecutionFailed, ToolExecutionRequested } from './index.js';

/** What users were promised by name: a member that is renamed or becomes optional breaks them, whatever our own code says. */
const ANSWER = [
  'executionId', 'request', 'correlationId', 'toolId', 'toolName', 'toolVersion', 'status', 'output', 'outputRef', 'error', 'durationMs', 'providerMs', 'attempts',
  'tokensUsed', 'input', 'inputDigest', 'outputDigest', 'redactions', 'ip', 'requestedBy', 'actor', 'agent', 'sessionId', 'exceptionId',
];
const ENTRY = [
  'seq', 'at', 'kind', 'status', 'code', 'executionId', 'correlationId', 'toolId', 'toolName', 'toolVersion', 'agent', 'sessionId', 'exceptionId', 'requestedBy',
  'actor', 'ip', 'approval', 'rules', 'input', 'output', 'inputDigest', 'outputDigest', 'redactions', 'attempts', 'durationMs', 'tokensUsed', 'error', 'change',
  'prevHash', 'hash',
];
const REQUEST = ['executionId', 'tool', 'version', 'payload', 'actor', 'agent', 'sessionId', 'exceptionId', 'correlationId', 'deadline', 'requestedBy', 'ip'];

const required = ({ required: names }: TObject): readonly string[] => [...(names ?? [])].sort();
const known = ({ properties }: TObject): readonly string[] => Object.keys(properties);

describe('members that users rely on', () => {
  it('of Completed and Failed are always there', () => {
    expect(required(ToolExecutionCompleted.data)).toEqual([...ANSWER].sort());
    expect(required(ToolExecutionFailed.data)).toEqual([...ANSWER].sort());
  });

  it('of an audit entry are always there', () => {
    expect(required(AuditEntry)).toEqual([...ENTRY].sort());
  });

  it('of a request may be left out but for the tool and its payload', () => {
    expect(known(ToolExecutionRequested.data)).toEqual(expect.arrayContaining(REQUEST));
    expect(required(ToolExecutionRequested.data)).toEqual(['payload', 'tool']);
  });
});
