import { ToolplaneError } from '@toolplane/contracts/errors';
import { AuditEntry } from '@toolplane/contracts/events';
import { ArrayMaxSize, IsOptional, IsString, IsUUID, MaxLength } from 'class-validator';

const KINDS: ReadonlySet<string> = new Set(AuditEntry.properties.kind.enum);

export class StreamQuery {
  /** Kinds of entry, repeated or with commas between them; all of them without it. */
  @IsOptional() @ArrayMaxSize(20) @IsString({ each: true }) @MaxLength(200, { each: true })
  readonly kinds?: string[];

  @IsOptional() @IsUUID('all')
  readonly executionId?: string;
}

/** @throws ToolplaneError REQUEST_MALFORMED for a kind that is none */
export function kindsOf({ kinds }: StreamQuery): readonly string[] | null {
  const wanted = (kinds ?? []).flatMap((text) => text.split(',')).map((kind) => kind.trim()).filter((kind) => kind !== '');
  const unknown = wanted.find((kind) => !KINDS.has(kind));
  if (unknown !== undefined) {
    const details = [{ pointer: '/kinds', detail: `each must be one of ${[...KINDS].join(', ')}` }];
    throw new ToolplaneError('REQUEST_MALFORMED', { message: 'the query parameters are not valid', details });
  }
  return wanted.length > 0 ? wanted : null;
}

/** @throws ToolplaneError REQUEST_MALFORMED for an id that is none of ours */
export function lastEventId(header: string | readonly string[] | undefined): number | null {
  if (header === undefined || header === '') return null;
  const seq = typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : null;
  if (seq === null) throw new ToolplaneError('REQUEST_MALFORMED', { message: 'Last-Event-ID is not a sequence number' });
  return seq;
}
