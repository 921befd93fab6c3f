/** `toolName` → `tool_name`: the one place where the two spellings meet. */
export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A name that stands in SQL as it is; anything that would need quoting is refused. */
export const plainName = (name: string): string => {
  if (!/^[a-z_][a-z0-9_]*$/.test(name)) throw new Error(`${JSON.stringify(name)} is not a plain SQL name`);
  return name;
};
