/** Checkpoints that a chain was compared with. */
export interface ComparedWith {
  readonly checkpoints: number;
  readonly latest: { readonly seq: number; readonly at: string; readonly keyId: string } | null;
  /** Lines of the file that no known key has signed. */
  readonly refused: number;
}

interface Seen {
  /** The last entry that was verified. */
  readonly head: number;
  /** The last that was compared with a checkpoint. */
  readonly latest: number | undefined;
  /** Whether anything is noted outside the database at all. */
  readonly isNoted: boolean;
}

/** The limits of a proof belong beside it. */
export function cannotSee({ head, latest = 0, isNoted }: Seen): readonly string[] {
  const rewriting = 'that they were all made anew, or cut off together with the head of the chain';
  return [
    ...(!isNoted ? [`Nothing is noted outside the database (CHECKPOINT_DIR): of no entry it shows ${rewriting}.`] : []),
    ...(isNoted && latest < head ? [`Entries ${latest + 1} to ${head} lie behind the last checkpoint: of them it does not show ${rewriting}.`] : []),
    'What never became an entry does not show, nor what a redacted value was.',
  ];
}
