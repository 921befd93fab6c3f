/** Whether a value stands where a sealed one was put: `{"$sealed": "<compact JWE>"}` and nothing beside it. */
export const isSealedForm = (value: unknown): value is { readonly $sealed: string } => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const sealed = (value as { $sealed?: unknown }).$sealed;
  return typeof sealed === 'string' && Object.keys(value).length === 1;
};
