/** How a subschema is reached: `here` looks at the same value, `once` at one member, `often` at any number of items or members. */
export type Reach = 'here' | 'once' | 'often';

export interface Edge {
  readonly reach: Reach;
  /** What the step adds to a pointer into the value: a name, an index, `*` for any, null for nothing. */
  readonly segment: string | null;
  readonly part: Part;
}

/** One subschema of the copy that Ajv gets to see, with what analysis needs to know about it. */
export interface Part {
  /** Where it stood in the tenant's document. */
  readonly pointer: string;
  readonly schema: Record<string, unknown>;
  readonly edges: Edge[];
  /** Steps of its own keywords, members of `enum` and comparisons of `uniqueItems` included. */
  cost: number;
  sensitive: boolean;
  /** Whether each entry is charged to the budget, because nothing else bounds how often it is entered. */
  counted: boolean;
}

/** A fault of the schema found while it is taken apart; `compileSchema` answers it as a value. */
export class SchemaFault extends Error {
  constructor(
    readonly pointer: string,
    readonly detail: string,
  ) {
    super(detail);
  }
}
